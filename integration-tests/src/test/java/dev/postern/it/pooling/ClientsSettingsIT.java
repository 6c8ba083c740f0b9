package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.message;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.startup;
import static dev.postern.testkit.FrontendPackets.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients whose settings differ share one connection: what each of them writes means what it would
 * mean without the others.
 */
final class ClientsSettingsIT {
  private static final String ROLE = "settings_role";
  private static final String EPOCH =
      "SELECT extract(epoch FROM '2020-01-01 00:00'::timestamptz)::bigint::text";

  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  // ---- prepared statements

  /** A server reads literals when it parses them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TimeZone | UTC | America/New_York | SELECT '2020-01-01 00:00'::timestamptz AT TIME ZONE 'UTC'",
        "DateStyle | ISO,MDY | ISO,DMY | SELECT extract(month FROM '02/01/2020'::date)::text",
        "IntervalStyle | postgres | sql_standard | SELECT extract(epoch FROM '-1 01:00'::interval)::text",
        "client_encoding | UTF8 | LATIN1 | SELECT length('é')::text",
      })
  void sharesNoStatementWhoseLiteralsMeanSomethingElse(
      String setting, String one, String two, String text) {
    try (RunningPostern postern = pool();
        WireClient first = client(postern);
        WireClient second = client(postern)) {
      first.query("SET %s = '%s'".formatted(setting, one));
      second.query("SET %s = '%s'".formatted(setting, two));
      prepare(first, text);
      prepare(second, text);
      String ofFirst = run(first);
      assertThat(run(second)).isNotEqualTo(ofFirst).isEqualTo(second.queryOne(text));
      assertThat(run(first)).isEqualTo(ofFirst).isEqualTo(first.queryOne(text));
    }
  }

  @Test
  void preparesAgainForItselfAfterItsSettingsHaveChanged() {
    try (RunningPostern postern = pool();
        WireClient first = client(postern);
        WireClient second = client(postern)) {
      prepare(first, EPOCH);
      prepare(second, EPOCH);
      String before = run(second);
      // The connection has to forget it, and the first client has it prepared again.
      first.query("SET TimeZone = 'America/New_York'");
      second.query("DEALLOCATE ALL");
      run(first);
      prepare(second, EPOCH);
      assertThat(run(second)).isEqualTo(before);
    }
  }

  @Test
  void sharesNoStatementThatIsParsedInOneBreathWithASetting() {
    try (RunningPostern postern = pool();
        WireClient first = client(postern);
        WireClient second = client(postern)) {
      first.send(query("SET TimeZone = 'America/New_York'"), parse("s", EPOCH), sync());
      first.receiveUntil('Z');
      first.receiveUntil('Z');
      prepare(second, EPOCH);
      assertThat(run(second)).isEqualTo(second.queryOne(EPOCH)).isNotEqualTo(run(first));
    }
  }

  @Test
  void sharesStatementsOfClientsThatDifferInWhatChangesNothing() {
    try (RunningPostern postern = pool();
        WireClient first = client(postern);
        WireClient second = client(postern)) {
      first.query("SET application_name = 'another'");
      prepare(first, EPOCH);
      prepare(second, EPOCH);
      assertThat(second.queryOne("SELECT count(*) FROM pg_prepared_statements")).isEqualTo("1");
    }
  }

  // ---- texts that are looked through

  @Test
  void readsTheFirstTextOfATransactionAsTheClientHasWrittenIt() {
    try (RunningPostern postern = pool();
        WireClient other = client(postern)) {
      try (WireClient client = client(postern, "standard_conforming_strings", "off")) {
        other.query("SELECT 1");
        client.query("SELECT 'it\\'s'; SET work_mem = '1MB' -- '");
      }
      assertThat(other.queryOne("SHOW work_mem")).isEqualTo("4MB");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SJIS", "GBK", "BIG5"})
  void takesAHalfOfACharacterForNoBackslash(String encoding) {
    String character =
        encoding.equals("BIG5") ? "\u529f" : encoding.equals("GBK") ? "\u596c" : "\u8868";
    Charset charset = Charset.forName(encoding.equals("SJIS") ? "windows-31j" : encoding);
    byte[] text = "SELECT E'%s'; SET work_mem TO '1MB'\0".formatted(character).getBytes(charset);
    assertThat(text).contains((byte) '\\');
    try (RunningPostern postern = pool();
        WireClient other = client(postern)) {
      try (WireClient client = client(postern)) {
        client.query("SET client_encoding = '" + encoding + "'");
        client.send(message('Q', text));
        assertThat(types(client.receiveUntil('Z'))).doesNotContain('E');
      }
      assertThat(other.queryOne("SHOW work_mem")).isEqualTo("4MB");
    }
  }

  // ---- defaults

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RESET application_name",
        "RESET ALL",
        "DISCARD ALL",
        "SET application_name TO DEFAULT",
        "SET SESSION application_name = DEFAULT",
        "SET application_name TO 'between'; RESET application_name"
      })
  void returnsToWhatItAskedForAtItsStart(String reset) {
    try (RunningPostern postern = pool();
        WireClient client = client(postern, "application_name", "start", "TimeZone", "Asia/Tokyo");
        WireClient other = client(postern)) {
      client.query("SET application_name = 'before'");
      assertThat(reported(client.query(reset), "application_name")).isEqualTo("start");
      other.query("SELECT 1");
      assertThat(client.queryOne("SHOW application_name")).isEqualTo("start");
      assertThat(client.queryOne("SHOW TimeZone")).isEqualTo("Asia/Tokyo");
    }
  }

  /** The server has nothing to report of it. */
  @ParameterizedTest
  @ValueSource(strings = {"RESET ALL", "DISCARD ALL"})
  void returnsToItFromWhatTheConnectionWasOpenedWith(String reset) {
    try (RunningPostern postern = pool();
        WireClient client = client(postern, "application_name", "start");
        WireClient other = client(postern)) {
      client.query("SET application_name = ''");
      assertThat(reported(client.query(reset), "application_name")).isEqualTo("start");
      other.query("SELECT 1");
      assertThat(client.queryOne("SHOW application_name")).isEqualTo("start");
    }
  }

  @Test
  void returnsToATimeZoneByItsOwnWords() {
    try (RunningPostern postern = pool();
        WireClient client = client(postern, "TimeZone", "Asia/Tokyo");
        WireClient other = client(postern)) {
      for (String reset : List.of("SET TIME ZONE DEFAULT", "SET TIME ZONE LOCAL")) {
        client.query("SET TIME ZONE 'America/New_York'");
        client.query(reset);
        other.query("SELECT 1");
        assertThat(client.queryOne("SHOW TimeZone")).isEqualTo("Asia/Tokyo");
      }
    }
  }

  @Test
  void keepsWhatItSetsBehindAResetInOneBreath() {
    try (RunningPostern postern = pool();
        WireClient client = client(postern, "application_name", "start");
        WireClient other = client(postern)) {
      client.query("SET application_name = 'before'");
      assertThat(
              reported(
                  client.query("RESET ALL; SET application_name = 'behind'"), "application_name"))
          .isEqualTo("behind");
      other.query("SELECT 1");
      assertThat(client.queryOne("SHOW application_name")).isEqualTo("behind");
    }
  }

  // ---- what is restored

  @Test
  void restoresASearchPathWhateverTheEncodings() {
    try (PostgresServer newest = PostgresServer.builder(18).start()) {
      newest.createRole(ROLE, Pools.PASSWORD);
      newest.execute(
          "CREATE SCHEMA \"sch\u00e9ma\" AUTHORIZATION " + ROLE,
          "CREATE TABLE \"sch\u00e9ma\".t AS SELECT 'right' AS a",
          "GRANT ALL ON \"sch\u00e9ma\".t TO " + ROLE);
      try (RunningPostern postern = Pools.before(newest, Pools.transactions(1), ROLE);
          WireClient unicode = client(postern);
          WireClient latin = client(postern)) {
        unicode.query("SET search_path = \"sch\u00e9ma\"");
        latin.query("SET client_encoding = 'LATIN1'");
        latin.send(
            message(
                'Q', "SET search_path = \"sch\u00e9ma\"\0".getBytes(StandardCharsets.ISO_8859_1)));
        latin.receiveUntil('Z');
        assertThat(unicode.queryOne("SELECT a FROM t")).isEqualTo("right");
        assertThat(latin.queryOne("SELECT a FROM t")).isEqualTo("right");
      }
    }
  }

  private static void prepare(WireClient client, String text) {
    client.send(parse("s", text), sync());
    assertThat(types(client.receiveUntil('Z'))).containsExactly('1', 'Z');
  }

  private static String run(WireClient client) {
    client.send(bind("", "s"), execute("", 0), sync());
    return Pools.value(client.receiveUntil('Z'));
  }

  private static List<Character> types(List<WireMessage> messages) {
    return messages.stream().map(WireMessage::type).toList();
  }

  /** The last value of a parameter that these messages tell. */
  private static String reported(List<WireMessage> messages, String parameter) {
    return messages.stream()
        .filter(message -> message.type() == 'S')
        .map(message -> message.strings(0))
        .filter(nameAndValue -> nameAndValue.getFirst().equals(parameter))
        .reduce((first, second) -> second)
        .orElseThrow()
        .getLast();
  }

  private static RunningPostern pool() {
    return Pools.before(server, Pools.transactions(1), ROLE);
  }

  private static WireClient client(RunningPostern postern, String... settings) {
    WireClient client = WireClient.connect(postern.address());
    client.send(
        startup(
            Stream.concat(Stream.of("user", ROLE, "database", "postgres"), Arrays.stream(settings))
                .toArray(String[]::new)));
    client.authenticate(ROLE, Pools.PASSWORD);
    client.greeting();
    return client;
  }
}
