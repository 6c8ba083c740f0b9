package dev.postern.proxy.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.ErrorOrNotice;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.PasswordMessage;
import dev.postern.api.message.Query;
import dev.postern.api.message.StartupPacket;
import org.junit.jupiter.api.Test;

final class MessageTypesTest {

  @Test
  void givesTheTypeOfARecord() {
    assertThat(MessageTypes.frontendTypes(Query.class)).isEqualTo(TypeSet.of(MessageTypes.QUERY));
  }

  @Test
  void givesTheTypesOfAnInterface() {
    assertThat(MessageTypes.backendTypes(ErrorOrNotice.class))
        .isEqualTo(TypeSet.of(MessageTypes.ERROR_RESPONSE, MessageTypes.NOTICE_RESPONSE));
  }

  @Test
  void givesTheTypeThatSeveralRecordsShare() {
    assertThat(MessageTypes.frontendTypes(PasswordMessage.class))
        .isEqualTo(MessageTypes.frontendTypes(AuthenticationResponse.class))
        .isEqualTo(TypeSet.of(MessageTypes.AUTHENTICATION_RESPONSE));
    assertThat(MessageTypes.backendTypes(AuthenticationOk.class))
        .isEqualTo(MessageTypes.backendTypes(AuthenticationRequest.class))
        .isEqualTo(TypeSet.of(MessageTypes.AUTHENTICATION_REQUEST));
  }

  @Test
  void givesNoTypeForStartupPackets() {
    assertThat(MessageTypes.frontendTypes(StartupPacket.class).isEmpty()).isTrue();
  }

  @Test
  void knowsCopyDataInBothDirections() {
    assertThat(MessageTypes.frontendTypes(CopyData.class))
        .isEqualTo(MessageTypes.backendTypes(CopyData.class))
        .isEqualTo(TypeSet.of(MessageTypes.COPY_DATA));
  }

  @Test
  void knowsEveryTypeOfTheSamples() {
    for (Sample<? extends FrontendMessage> sample : FrontendSamples.ALL) {
      if (!(sample.message() instanceof StartupPacket)) {
        assertThat(MessageTypes.frontendTypes(sample.message().getClass()))
            .isEqualTo(TypeSet.of(sample.type()));
      }
    }
    for (Sample<? extends BackendMessage> sample : BackendSamples.ALL) {
      assertThat(MessageTypes.backendTypes(sample.message().getClass()))
          .isEqualTo(TypeSet.of(sample.type()));
    }
  }

  @Test
  void allowsAfterLoginWhatTheChapterAllows() {
    assertThat(MessageTypes.FRONTEND_AFTER_LOGIN).hasToString("TypeSet[B C D E F H P Q S X c d f]");
    assertThat(MessageTypes.BACKEND_AFTER_LOGIN)
        .hasToString("TypeSet[1 2 3 A C D E G H I N S T V W Z c d n s t]");
  }

  @Test
  void namesTypesByDirection() {
    assertThat(MessageTypes.frontendName((byte) 'D')).isEqualTo("Describe");
    assertThat(MessageTypes.backendName((byte) 'D')).isEqualTo("DataRow");
    assertThat(MessageTypes.backendName((byte) 0xFF)).isEqualTo("255");
  }
}
