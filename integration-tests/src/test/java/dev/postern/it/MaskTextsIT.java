package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plugins.mask.MaskFactory;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sentences reach a client under a policy, in both poolings. */
@ParameterizedClass
@ValueSource(strings = {"session", "transaction"})
@SuppressWarnings("NullAway.Init") // each test starts
final class MaskTextsIT {
  private final String mode;

  private RunningPostern postern;

  MaskTextsIT(String mode) {
    this.mode = mode;
  }

  @BeforeEach
  void start() throws Exception {
    MaskedPeople.create();
    Path password = MaskedPeople.password();
    postern =
        Gateways.withRoutes(
                List.of(
                    Map.of(
                        "name",
                        "everything",
                        "backends",
                        List.of(
                            Gateways.backend(Gateways.server().host(), Gateways.server().port())),
                        "pool",
                        mode.equals("session")
                            ? Map.of("mode", mode)
                            : Map.of("mode", mode, "notice-on-pin", true))))
            .interceptor(
                "privacy",
                new MaskFactory(),
                Map.of(
                    "catalog",
                    MaskedPeople.catalog(password),
                    "policies",
                    List.of(
                        Map.of(
                            "name",
                            "clerks",
                            "columns",
                            List.of(
                                MaskedPeople.column(
                                    "ssn", Map.of("with", "partial", "keep-last", 4)))))))
            .start();
    postern.importUser(Gateways.server(), MaskedPeople.MASKED);
  }

  @AfterEach
  void stop() {
    postern.close();
  }

  private WireClient client() {
    WireClient client = WireClient.connect(postern.address());
    client.login(MaskedPeople.MASKED, Gateways.PASSWORD, "postgres");
    return client;
  }

  @Test
  void theClientIsToldWhatKeepsItsConnectionByAStatementThatUsesMaskedColumns() {
    try (WireClient client = client()) {
      List<WireMessage> answer =
          client.query("DECLARE c CURSOR WITH HOLD FOR SELECT ssn FROM mask_it.people");
      if (mode.equals("session")) {
        assertThat(WireMessage.types(answer)).isEqualTo("CZ");
      } else {
        assertThat(WireMessage.types(answer)).isEqualTo("CNZ");
        assertThat(answer.get(1).fields().get('M'))
            .isEqualTo(
                "a cursor WITH HOLD keeps the server connection of this session until CLOSE ALL"
                    + " or DISCARD ALL");
      }
    }
  }

  @Test
  void whichRelationTheRightIsMissingToIsSaid() {
    Gateways.server().execute("REVOKE ALL ON mask_it.people FROM mask_clerk");
    try (WireClient client = client()) {
      for (String sql : List.of("SELECT ssn FROM mask_it.people", "DELETE FROM mask_it.people")) {
        Map<Character, String> error = client.query(sql).getFirst().fields();
        assertThat(error).containsEntry('C', "42501");
        assertThat(error).containsEntry('M', "permission denied for table people");
      }
    }
  }

  /** It is named by a value. */
  @Test
  void whichSchemaTheRightIsMissingToIsNotSaid() {
    Gateways.server()
        .execute(
            "DROP SCHEMA IF EXISTS mask_hidden CASCADE",
            "CREATE SCHEMA mask_hidden",
            "INSERT INTO mask_it.people (id, ssn) VALUES (77, 'mask_hidden.x')");
    try (WireClient client = client()) {
      List<WireMessage> answer =
          client.query("SELECT id FROM mask_it.people WHERE id = 77 AND ssn::regclass = 1");
      Map<Character, String> error = answer.get(answer.size() - 2).fields();
      assertThat(error).containsEntry('C', "42501");
      assertThat(error.get('M')).contains("withheld").doesNotContain("hidden.x", "mask_hidden");
    } finally {
      Gateways.server().execute("DROP SCHEMA mask_hidden CASCADE");
    }
  }

  @Test
  void theLogNamesThePluginByTheKeyOfAllLines() {
    try (WireClient client = client()) {
      client.query("SELECT upper(ssn) FROM mask_it.people");
    }
    assertThat(Logs.containing("a masking policy refused"))
        .singleElement()
        .asString()
        .contains("plugin=\"privacy\"")
        .doesNotContain("interceptor=");
  }

  /** In UTF-8 the rest of these is a literal. In SJIS, 0x83 and the backslash are one character. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT E'\u00c3\\', upper(ssn), '' FROM mask_it.people -- '",
        "SELECT E'\u00c3\\\\\\', upper(ssn), '' FROM mask_it.people -- '"
      })
  void aBackslashThatIsHalfACharacterHidesNoStatement(String sql) {
    try (WireClient client = client()) {
      client.query("SET client_encoding = 'SJIS'");
      assertThat(client.query(sql).getFirst().sqlState()).isEqualTo("42501");
    }
  }
}
