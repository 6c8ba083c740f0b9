package dev.postern.proxy.scram;

import static dev.postern.proxy.scram.Exchanges.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Bytes;
import dev.postern.api.auth.ScramVerifier;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

final class VerifierFactoryTest {
  @Test
  void makesTheVerifierOfTheRfcsExample() {
    assertThat(VerifierFactory.create(RfcExample.password(), 4096, RfcExample.SALT).toText())
        .isEqualTo(
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  }

  @Test
  void makesANewSaltForEveryVerifier() {
    ScramVerifier first = VerifierFactory.create(secret("same"), 1);
    assertThat(first.salt().length()).isEqualTo(16);
    assertThat(VerifierFactory.create(secret("same"), 1).salt()).isNotEqualTo(first.salt());
  }

  @Test
  void refusesAnEmptyPassword() {
    assertThatThrownBy(() -> VerifierFactory.create(secret(""), 4096))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** As "SELECT rolpassword" shows it after psql's \password was given nothing. */
  @Test
  void recognisesAVerifierOfTheEmptyPassword() throws InterruptedException {
    Bytes salt = Bytes.utf8("salt");
    try (DerivedKeys keys = DerivedKeys.from(Hi.saltedPassword(new byte[0], salt, 4096))) {
      ScramVerifier empty =
          new ScramVerifier(4096, salt, Sha256.storedKey(keys.clientKey()), keys.serverKey());
      assertThat(VerifierFactory.isOfEmptyPassword(empty)).isTrue();
    }
    assertThat(VerifierFactory.isOfEmptyPassword(RfcExample.verifier())).isFalse();
  }

  @Test
  void tellsWhetherAPasswordMadeAVerifier() {
    assertThat(VerifierFactory.matches(secret("pencil"), RfcExample.verifier())).isTrue();
    assertThat(VerifierFactory.matches(secret("Pencil"), RfcExample.verifier())).isFalse();
  }

  @Test
  void endsWhenItsThreadIsInterrupted() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> VerifierFactory.create(secret("x"), 1_000_000))
          .isInstanceOf(CancellationException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
