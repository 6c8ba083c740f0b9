package dev.postern.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.postern.api.Secret;
import dev.postern.proxy.admin.AdminException.Reason;
import dev.postern.proxy.user.ForeignUser;
import dev.postern.proxy.user.UserSettings;
import dev.postern.proxy.user.UserStore;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class AdminServerTest {
  @TempDir private Path home;
  private final FakeProxy proxy = new FakeProxy();
  private Path socket;
  private UserStore store;
  private AdminServer server;
  private AdminClient client;

  @BeforeEach
  void start() {
    socket = home.resolve("run/admin.sock");
    store = UserStore.open(home.resolve("data"), home.resolve("key"));
    server = AdminServer.start(socket, new UserAdministration(store), proxy);
    client = new AdminClient(socket);
  }

  @AfterEach
  void stop() {
    server.close();
    store.close();
  }

  @Test
  void doesEveryOperationOnUsers() {
    UserSettings settings = new UserSettings(null, null, Set.of("orders"), 3);
    UserView added = client.add(new NewUser("al ice/ü?", secret("one"), null, settings));
    assertThat(added.databases()).containsExactly("orders");
    assertThat(client.list()).containsExactly(added);

    client.setPassword(
        added.name(), new NewPassword(secret("two"), null, null, null, Duration.ofHours(1)));
    assertThat(client.show(added.name()).verifiers()).hasSize(2);
    assertThat(client.change(added.name(), UserSettings.UNLIMITED).maxSessions()).isZero();
    assertThat(client.setEnabled(added.name(), false).enabled()).isFalse();
    assertThat(client.changeSettings(new StoreSettings(5000))).isEqualTo(client.settings());

    client.setMapping(new NewMapping(added.name(), "main", "app", secret("three")));
    assertThat(client.mappings())
        .singleElement()
        .satisfies(m -> assertThat(m.hasPassword()).isTrue());
    client.removeMapping(added.name(), "main");
    assertThat(client.mappings()).isEmpty();

    client.remove(added.name());
    assertThat(client.list()).isEmpty();
  }

  @Test
  void logsToWhomWhatWasDone() {
    assertThat(
            logged(
                () -> {
                  add("alice", "one");
                  client.setEnabled("alice", false);
                  client.setEnabled("alice", true);
                  client.setMapping(new NewMapping("alice", null, "app", secret("three")));
                  client.removeMapping("alice", null);
                }))
        .containsExactly(
            "[operation=user add, subject=alice, to=]",
            "[operation=user disable, subject=alice, to=]",
            "[operation=user enable, subject=alice, to=]",
            "[operation=user mapping set, subject=alice, to=app]",
            "[operation=user mapping remove, subject=alice, to=]");
  }

  @Test
  void logsHowManyWereImportedAndTheFirstOfThem() {
    List<ForeignUser> many =
        IntStream.range(0, 25)
            .mapToObj(i -> new ForeignUser("user" + i, secret("one"), null))
            .toList();
    assertThat(
            logged(
                () -> {
                  client.importUsers(new ImportRequest(many.subList(0, 2), false));
                  client.importUsers(new ImportRequest(many.subList(0, 3), false));
                  client.importUsers(new ImportRequest(many.subList(0, 3), false));
                  client.importUsers(new ImportRequest(many.subList(3, 25), false));
                }))
        .satisfiesExactly(
            line -> assertThat(line).contains("subject=2 users: user0, user1, to="),
            line -> assertThat(line).contains("subject=1 user: user2, to="),
            line -> assertThat(line).contains("subject=0 users, to="),
            line ->
                assertThat(line)
                    .contains("subject=22 users: user3, ", ", user22, ..., to=")
                    .doesNotContain("user23"));
  }

  private static List<String> logged(Runnable work) {
    Logger log = (Logger) LoggerFactory.getLogger(AdminRoutes.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    try {
      work.run();
    } finally {
      log.detachAppender(lines);
    }
    return lines.list.stream()
        .map(line -> String.valueOf(line.getKeyValuePairs()).replace("\"", ""))
        .toList();
  }

  @Test
  void importsAndExports() {
    ForeignUser user = new ForeignUser("bob", secret("builder"), null);

    assertThat(client.importUsers(new ImportRequest(List.of(user), false)))
        .containsExactly(new ImportOutcome("bob", ImportOutcome.Result.ADDED, null));
    assertThat(client.export())
        .singleElement()
        .satisfies(
            exported ->
                assertThat(new String(exported.verifier().toChars())).startsWith("SCRAM-SHA-256$"));
  }

  @Test
  void asksAndTellsTheProxy() {
    assertThat(client.status()).isEqualTo(proxy.status());
    assertThat(client.sessions()).containsExactly(FakeProxy.SESSION);
    assertThat(client.pools()).containsExactly(FakeProxy.POOL);
    assertThat(client.plugins()).isEqualTo(proxy.plugins());

    client.kill("17");
    client.drain();
    client.stop(true);

    assertThat(proxy.told()).containsExactly("kill 17", "drain", "stop true");
  }

  @Test
  void saysWhyItDidNotDoIt() {
    assertRefused(Reason.NOT_FOUND, "no such user: nobody", () -> client.show("nobody"));
    assertRefused(Reason.NOT_FOUND, "no such session: 18", () -> client.kill("18"));
    assertRefused(Reason.INVALID, "password: empty", () -> add("alice", ""));
    add("alice", "one");
    assertRefused(Reason.CONFLICT, "the user exists already: alice", () -> add("alice", "two"));
    assertRefused(Reason.INVALID, "user: 0 bytes (expected: 1..63)", () -> add("", "two"));
  }

  @Test
  void isItsOwnersAlone() throws IOException {
    assertThat(permissions(socket)).isEqualTo("rw-------");
    assertThat(permissions(home.resolve("run"))).isEqualTo("rwx------");
  }

  @Test
  void takesAwayWhatAKilledPosternLeft() throws IOException {
    Path left = home.resolve("run/left.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(left));
    }
    assertThat(left).exists();

    try (AdminServer _ = AdminServer.start(left, new UserAdministration(store), proxy)) {
      assertThat(new AdminClient(left).isReachable()).isTrue();
    }
    assertThat(left).doesNotExist();
  }

  @Test
  void leavesTheSocketOfARunningPosternAlone() {
    assertRefused(
        Reason.CONFLICT,
        "another Postern listens on the admin socket " + socket,
        () -> AdminServer.start(socket, new UserAdministration(store), proxy).close());

    assertThat(client.isReachable()).isTrue();
  }

  @Test
  void refusesAPathThatTheSystemWouldCutOff() {
    Path tooLong = home.resolve("x".repeat(120));

    assertThatExceptionOfType(AdminException.class)
        .isThrownBy(() -> AdminServer.start(tooLong, new UserAdministration(store), proxy))
        .withMessageContaining("at most 107");
  }

  @Test
  void saysThatNobodyAnswers() {
    server.close();

    assertThat(client.isReachable()).isFalse();
    assertThatExceptionOfType(AdminException.class)
        .isThrownBy(client::status)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE));
  }

  @Test
  void answersOthersThanItsOwnClient() throws IOException {
    assertThat(send("GET /sessions HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("\"id\":\"17\"");
  }

  @Test
  void refusesWhatItDoesNotRead() throws IOException {
    assertThat(send("GET /secrets HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404");
    assertThat(send("hello\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(send("POST /users HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(send("POST /users HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(send("POST /users HTTP/1.1\r\nContent-Length: 6\r\n\r\nsecret"))
        .startsWith("HTTP/1.1 400")
        .doesNotContain("secret");
    assertThat(send("POST /stop HTTP/1.1\r\nContent-Length: 22\r\n\r\n{\"now\":true,\"other\":1}"))
        .startsWith("HTTP/1.1 400")
        .contains("unknown key");
    assertThat(send("GET / HTTP/1.1\r\n" + "X: y\r\n".repeat(5000))).startsWith("HTTP/1.1 400");
    assertThat(client.isReachable()).isTrue();
  }

  private String send(String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void add(String name, String password) {
    client.add(new NewUser(name, secret(password), null, UserSettings.UNLIMITED));
  }

  private static Secret secret(String text) {
    return Secret.ofPassword(text.toCharArray());
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void assertRefused(Reason reason, String message, Runnable action) {
    assertThatExceptionOfType(AdminException.class)
        .isThrownBy(action::run)
        .withMessage(message)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
