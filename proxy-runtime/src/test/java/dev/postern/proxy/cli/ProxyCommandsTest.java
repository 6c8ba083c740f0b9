package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.FakeProxy;
import dev.postern.proxy.admin.UserAdministration;
import dev.postern.proxy.cli.Shell.Result;
import dev.postern.proxy.user.UserStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProxyCommandsTest {
  @TempDir private Path home;
  private final FakeProxy proxy = new FakeProxy();
  private Shell shell;
  private UserStore store;
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    shell = new Shell(home);
    store = UserStore.open(home.resolve("data"), home.resolve("conf/key"));
    server = AdminServer.start(shell.socket(), new UserAdministration(store), proxy);
  }

  @AfterEach
  void stop() {
    server.close();
    store.close();
  }

  @Test
  void showsHowPosternIs() {
    assertThat(shell.run("status").out())
        .contains("state        serving\n", "listeners    127.0.0.1:6432\n")
        .contains("node         1\n", "peers        2 at 10.0.0.2:6432\n");
    assertThat(shell.run("status", "--output", "json").out()).contains("\"pid\": 4711");
  }

  @Test
  void showsSessions() {
    assertThat(shell.run("sessions", "list").out())
        .contains("17  alice  orders    psql         192.0.2.7:40000  TLSv1.3");
    assertThat(shell.run("sessions", "list", "--output", "json").out())
        .contains("\"state\": \"idle\"");
  }

  @Test
  void showsWhySessionsKeepTheirConnections() {
    assertThat(shell.run("sessions", "list").out())
        .contains("idle   -          -      SET ROLE, a temporary table  ");
    assertThat(shell.run("sessions", "list", "--output", "json").out())
        .containsPattern("\"pins\": \\[\\s+\"SET ROLE\",\\s+\"a temporary table\"\\s+]");
  }

  @Test
  void showsUntilWhenLoginsAreGood() {
    assertThat(shell.run("sessions", "list").out())
        .contains("STARTED               EXPIRES               LAST ACTIVITY")
        .contains("1970-01-01T00:00:00Z  1970-01-01T01:00:00Z  1970-01-01T00:00:01Z");
    assertThat(shell.run("sessions", "list", "--output", "json").out())
        .contains("\"expiresAt\": \"1970-01-01T01:00:00Z\"");
  }

  @Test
  void showsPools() {
    assertThat(shell.run("pools", "list").out())
        .isEqualTo(
            """
            ROUTE    SERVER   DATABASE  ROLE   MODE         RETIRING  SESSIONS  WAITING  LONGEST  ACTIVE  IDLE  OPENING  LIMITS                               LISTENING
            default  db:5432  orders    alice  transaction  no        40        1        1500 ms  3       2     1        size 20, reserve 5, per database 80  1 channel, 1 client
            """);
    assertThat(shell.run("pools", "list", "--output", "json").out())
        .contains("\"longestWait\": \"PT1.5S\"", "\"connectionsPerDatabase\": 80");
  }

  @Test
  void endsASession() {
    assertThat(shell.run("sessions", "kill", "17").out()).isEqualTo("ended 17\n");
    assertThat(proxy.told()).containsExactly("kill 17");
    assertThat(shell.run("sessions", "kill", "18"))
        .isEqualTo(new Result(3, "", "postern: no such session: 18\n"));
  }

  @Test
  void endsNothingWhereAnIdIsNone() {
    assertThat(shell.run("sessions", "kill", "17", "abc"))
        .isEqualTo(
            new Result(
                2,
                "",
                "postern: no id of a session: abc (expected: a number, as sessions list shows it)\n"));
    assertThat(proxy.told()).isEmpty();
  }

  @Test
  void showsPlugins() {
    assertThat(shell.run("plugin", "list").out())
        .isEqualTo(
            """
            PLUGIN  KIND           VERSION  API  STATE       IN USE AS  OLD LOADERS  FROM
            scram   authenticator  -        1    not in use  -          0            plugins/scram.jar
            """);
    assertThat(shell.run("plugin", "list", "--output", "json").out())
        .contains("\"api\": 1", "\"state\": \"not in use\"");
  }

  @Test
  void tellsPosternToStopAndWaits() {
    Result result = shell.run("stop", "--wait", "0s");

    assertThat(proxy.told()).containsExactly("stop false");
    assertThat(result).isEqualTo(new Result(1, "still draining after 0 s\n", ""));
  }

  @Test
  void seesThatPosternHasStopped() {
    Thread.ofVirtual()
        .start(
            () -> {
              while (proxy.told().isEmpty()) {
                Thread.onSpinWait();
              }
              server.close();
            });

    assertThat(shell.run("stop", "--now")).isEqualTo(new Result(0, "stopped\n", ""));
    assertThat(proxy.told()).containsExactly("stop true");
  }

  @Test
  void saysThatNoPosternRuns() {
    server.close();

    for (String command : new String[] {"status", "drain", "stop"}) {
      Result result = shell.run(command);
      assertThat(result.exitCode()).isEqualTo(5);
      assertThat(result.err()).contains("no Postern runs here");
    }
  }

  @Test
  void saysThatTheStoreIsHeldAndNobodyAnswers() {
    server.close();

    Result result = shell.run("user", "list");

    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.err()).contains("is open in another process", shell.socket().toString());
  }

  @Test
  void saysWhatIsWrongWithTheConfiguration() throws IOException {
    Files.writeString(shell.configuration(), "listener: []\n");

    Result result = shell.run("user", "list");

    assertThat(result.exitCode()).isEqualTo(78);
    assertThat(result.err()).contains("postern.yaml:1:1");
  }

  @Test
  void aReloadOfSomethingWrongExitsAsTheStartWould() {
    assertThat(shell.run("plugin", "reload", "scram").exitCode()).isZero();
    Result result = shell.run("plugin", "reload", "broken");
    assertThat(result.exitCode()).isEqualTo(78);
    assertThat(result.err()).contains("conf/postern.yaml:1:1: broken");
  }
}
