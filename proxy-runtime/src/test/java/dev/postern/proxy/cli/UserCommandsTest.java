package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Secret;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.user.StoredVerifier;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.FakeProxy;
import dev.postern.proxy.admin.UserAdministration;
import dev.postern.proxy.cli.Shell.Result;
import dev.postern.proxy.scram.VerifierFactory;
import dev.postern.proxy.user.UserStore;
import jakarta.json.Json;
import jakarta.json.JsonStructure;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The same commands through a Postern that runs, and on the store where none does. */
@ParameterizedClass(name = "a Postern runs: {0}")
@ValueSource(booleans = {false, true})
final class UserCommandsTest {
  @Parameter private boolean running;

  @TempDir private Path home;
  private Shell shell;
  private @Nullable UserStore store;
  private @Nullable AdminServer server;

  @BeforeEach
  void start() throws IOException {
    shell = new Shell(home);
    if (running) {
      store = openStore();
      server = AdminServer.start(shell.socket(), new UserAdministration(store), new FakeProxy());
    }
  }

  @AfterEach
  void stop() {
    if (server != null && store != null) {
      server.close();
      store.close();
    }
  }

  @Test
  void addsAUserWithAPasswordFromStandardInput() {
    Result result = shell.piping("wonder land\nmore", "user", "add", "alice", "--password-stdin");

    assertThat(result).isEqualTo(new Result(0, "added alice\n", ""));
    assertThat(VerifierFactory.matches(secret("wonder land"), verifiers("alice").getFirst()))
        .isTrue();
  }

  @Test
  void addsAUserWithAPasswordThatIsTypedTwice() {
    Result result = shell.typing(List.of("wonderland", "wonderland"), "user", "add", "alice");

    assertThat(result.exitCode()).isZero();
    assertThat(VerifierFactory.matches(secret("wonderland"), verifiers("alice").getFirst()))
        .isTrue();
  }

  @Test
  void addsNobodyWhenThePasswordsDiffer() {
    Result result = shell.typing(List.of("wonderland", "wonderlnad"), "user", "add", "alice");

    assertThat(result).isEqualTo(new Result(2, "", "postern: the two passwords differ\n"));
    assertThat(shell.run("user", "show", "alice").exitCode()).isEqualTo(3);
  }

  @Test
  void addsNobodyWithoutAPassword() {
    assertThat(shell.piping("\n", "user", "add", "alice", "--password-stdin"))
        .isEqualTo(new Result(2, "", "postern: password: empty\n"));
    assertThat(shell.run("user", "add", "alice").err()).contains("--password-stdin");
  }

  @Test
  void showsUsersToPeople() {
    add("alice", "--database", "orders", "--max-sessions", "3");
    add("bob");

    assertThat(shell.run("user", "list").out())
        .isEqualTo(
            """
            USER   ENABLED  FROM  UNTIL  PASSWORDS  DATABASES  MAX SESSIONS
            alice  yes      -     -      1          orders     3
            bob    yes      -     -      1          all        -
            """);
    assertThat(shell.run("user", "show", "alice").out())
        .contains("max sessions  3\n")
        .contains("4096 iterations")
        .doesNotContain("$");
  }

  @Test
  void showsTimesToTheSecondToPeopleAndWholeToPrograms() {
    add("alice", "--valid-until", "2030-01-01T10:20:30.123456Z");

    assertThat(shell.run("user", "list").out()).contains("  2030-01-01T10:20:30Z  ");
    assertThat(shell.run("user", "show", "alice").out())
        .containsPattern("valid until   2030-01-01T10:20:30Z\n")
        .containsPattern("changed       [0-9-]+T[0-9:]{8}Z\n");
    assertThat(shell.run("user", "list", "--output", "json").out())
        .contains("2030-01-01T10:20:30.123456Z");
  }

  @Test
  void showsUsersToPrograms() {
    add("alice", "--valid-until", "2030-01-01");

    JsonStructure list = json(shell.run("user", "list", "--output", "json").out());
    JsonStructure user = json(shell.run("user", "show", "alice", "--output", "json").out());

    assertThat(list.asJsonArray()).containsExactly(user);
    assertThat(user.asJsonObject().getString("validUntil")).isEqualTo("2030-01-01T00:00:00Z");
    assertThat(user.asJsonObject().toString()).doesNotContain("SCRAM");
  }

  @Test
  void changesWhatIsGivenAndLeavesTheRest() {
    add("alice", "--database", "orders", "--max-sessions", "3", "--valid-from", "2020-01-01");

    assertThat(shell.run("user", "change", "alice", "--max-sessions", "5").exitCode()).isZero();
    assertThat(shell.run("user", "show", "alice").out())
        .contains("databases     orders\n", "max sessions  5\n", "2020-01-01T00:00:00Z");

    shell.run("user", "change", "alice", "--all-databases", "--always-valid");
    assertThat(shell.run("user", "show", "alice").out())
        .contains("databases     all\n", "valid from    -\n");
    assertThat(shell.run("user", "change", "alice").exitCode()).isEqualTo(2);
  }

  @Test
  void rotatesAPasswordWithAnOverlap() {
    add("alice");

    Result result =
        shell.piping("two\n", "user", "passwd", "alice", "--password-stdin", "--overlap", "1h");

    assertThat(result).isEqualTo(new Result(0, "changed the password of alice\n", ""));
    assertThat(verifiers("alice")).hasSize(2);
  }

  @Test
  void disablesEnablesAndRemoves() {
    add("alice");

    assertThat(shell.run("user", "disable", "alice").out()).isEqualTo("disabled alice\n");
    assertThat(shell.run("user", "list").out()).contains("alice  no");
    assertThat(shell.run("user", "enable", "alice").out()).isEqualTo("enabled alice\n");
    assertThat(shell.run("user", "remove", "alice").out()).isEqualTo("removed alice\n");
    assertThat(shell.run("user", "remove", "alice").exitCode()).isEqualTo(3);
  }

  @Test
  void exitsWithItsOwnCodeForEachFailure() {
    add("alice");

    assertThat(shell.piping("x\n", "user", "add", "alice", "--password-stdin"))
        .isEqualTo(new Result(4, "", "postern: the user exists already: alice\n"));
    assertThat(shell.run("user", "show", "bob"))
        .isEqualTo(new Result(3, "", "postern: no such user: bob\n"));
    assertThat(shell.piping("x\n", "user", "add", "a\nb", "--password-stdin").exitCode())
        .isEqualTo(2);
    assertThat(shell.run("user", "frobnicate").exitCode()).isEqualTo(2);
  }

  @Test
  void movesUsersThroughAUserlist() throws IOException {
    add("alice");
    Path file = home.resolve("userlist.txt");

    assertThat(shell.run("user", "export", "--file", file.toString()).exitCode()).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(shell.run("user", "export", "--file", file.toString()).exitCode()).isEqualTo(4);
    ScramVerifier before = verifiers("alice").getFirst();
    shell.run("user", "remove", "alice");

    assertThat(shell.run("user", "import", file.toString()).out()).contains("alice  added");
    assertThat(verifiers("alice")).containsExactly(before);
  }

  @Test
  void importsFromStandardInputAndSaysWhatItCannotTake() {
    String userlist = "\"bob\" \"md5%s\"\n\"carol\" \"plain\"\n".formatted("0a".repeat(16));

    assertThat(shell.piping(userlist, "user", "import", "-"))
        .isEqualTo(
            new Result(
                1,
                """
                USER   RESULT   REASON
                bob    skipped  has an md5 hash, which no SCRAM login can be proved against
                carol  added    -
                """,
                ""));
    assertThat(shell.piping("\"carol\" \"plain\"", "user", "import", "-").exitCode()).isZero();
    assertThat(shell.piping("\"carol\" \"other\"", "user", "import", "-").exitCode()).isEqualTo(1);
    assertThat(shell.piping("\"bob\" \"\"", "user", "import", "-").exitCode()).isEqualTo(1);
    assertThat(shell.piping("bob", "user", "import", "-").exitCode()).isEqualTo(2);
    assertThat(shell.run("user", "import", "nowhere.txt").exitCode()).isEqualTo(3);
  }

  @Test
  void importsNobodyWhereSomebodyWhoIsNamedIsNotThere() {
    Result result =
        shell.piping("\"alice\" \"one\"\n", "user", "import", "-", "--user=alice", "--user=bob");

    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("nothing imported: no user bob");
    assertThat(shell.run("user", "show", "alice").exitCode()).isEqualTo(3);
  }

  @Test
  void printsStatementsForAServer() {
    add("o'br\"ien");

    assertThat(shell.run("user", "export", "--format", "sql").out())
        .startsWith("alter role \"o'br\"\"ien\" password 'SCRAM-SHA-256$4096:");
  }

  @Test
  void setsListsAndRemovesMappings() {
    shell.piping("x\n", "user", "mapping", "set", "alice", "app", "--password-stdin");
    shell.run("user", "mapping", "set", "alice", "reader", "--route", "reports", "--no-password");

    assertThat(shell.run("user", "mapping", "list").out())
        .containsPattern("alice  all      app     yes")
        .containsPattern("alice  reports  reader  no");
    assertThat(shell.run("user", "mapping", "remove", "alice", "--route", "reports").exitCode())
        .isZero();
    assertThat(shell.run("user", "mapping", "remove", "alice", "--route", "reports").exitCode())
        .isEqualTo(3);
  }

  @Test
  void setsTheIterationCount() {
    assertThat(shell.run("user", "iterations").out()).isEqualTo("4096\n");
    assertThat(shell.run("user", "iterations", "10000").out()).isEqualTo("10000\n");
    assertThat(shell.run("user", "iterations", "100").exitCode()).isEqualTo(2);

    add("alice");

    assertThat(verifiers("alice").getFirst().iterations()).isEqualTo(10_000);
  }

  @Test
  void showsNoControlCharacterOfWhatOthersChose() {
    shell.piping("\"a\u009bb\" \"x\"", "user", "import", "-");

    assertThat(shell.piping("\"a\u001b[2Jb\" \"x\"", "user", "import", "-").out())
        .contains("a?[2Jb")
        .doesNotContain("\u001b");
  }

  private void add(String name, String... more) {
    String[] arguments = new String[more.length + 4];
    arguments[0] = "user";
    arguments[1] = "add";
    arguments[2] = name;
    arguments[3] = "--password-stdin";
    System.arraycopy(more, 0, arguments, 4, more.length);
    assertThat(shell.piping("one\n", arguments).exitCode()).isZero();
  }

  private UserStore openStore() {
    return UserStore.open(home.resolve("data"), home.resolve("conf/key"));
  }

  private List<ScramVerifier> verifiers(String name) {
    if (store != null) {
      return verifiers(store, name);
    }
    try (UserStore offline = openStore()) {
      return verifiers(offline, name);
    }
  }

  private static List<ScramVerifier> verifiers(UserStore users, String name) {
    return users.find(name).orElseThrow().verifiers().stream()
        .map(StoredVerifier::verifier)
        .toList();
  }

  private static JsonStructure json(String text) {
    return Json.createReader(new StringReader(text)).read();
  }

  private static Secret secret(String text) {
    return Secret.ofPassword(text.toCharArray());
  }
}
