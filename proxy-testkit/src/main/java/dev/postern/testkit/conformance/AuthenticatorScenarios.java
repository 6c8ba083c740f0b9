package dev.postern.testkit.conformance;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What clients do that want to log in. Used by one thread. */
final class AuthenticatorScenarios {
  private static final String WRONG = "a wrong password, seen nowhere else";
  private static final int MANY = 24;

  /** What a client gets that did not prove who it is; the latter where it broke the protocol. */
  private static final String REFUSED = "28...|08P01";

  private final LoginStage stage;
  private final String user;
  private final String password;

  AuthenticatorScenarios(LoginStage stage) {
    this.stage = stage;
    this.user = stage.user();
    this.password = stage.password();
  }

  void right() {
    try (WireClient client = LoginStage.connected(stage.postern())) {
      WireMessage refusal = client.tryLogin(user, password, LoginStage.DATABASE);
      if (refusal != null) {
        throw new AssertionError("the right credentials are refused: " + refusal);
      }
      new Interview(client, false).ask(Question.simple("logged-in"));
    }
  }

  void wrong() {
    WireMessage wrong = refusal(user, WRONG);
    WireMessage unknown = refusal("nobody_of_this_name", WRONG);
    String told = wrong.sqlState() + " " + wrong.text().replace(user, "<user>");
    String toldOther =
        unknown.sqlState() + " " + unknown.text().replace("nobody_of_this_name", "<user>");
    if (!told.equals(toldOther)) {
      throw new AssertionError(
          "a client can tell a wrong password from a name that is not there: %s, %s"
              .formatted(told, toldOther));
    }
    right();
  }

  /** Of no user, and such as might be read as something else. */
  void unknownNames() {
    for (String name :
        List.of(
            "nobody_of_this_name",
            user.toUpperCase(Locale.ROOT) + "'",
            user + " ",
            " " + user,
            "*",
            "*)(uid=" + user,
            user + "\n",
            "' OR '1'='1",
            "../../" + user,
            "${jndi:ldap://127.0.0.1/x}",
            "%s%n",
            "x".repeat(5000),
            "\u202e\ud83d\udd11")) {
      refusal(name, password);
    }
    right();
  }

  void odd() {
    List<String> passwords =
        List.of(
            "",
            " ",
            "\u0000",
            password + "\u0000",
            password + "\u0000" + WRONG,
            "x".repeat(900),
            "x".repeat(70_000),
            "\ud83d\udd11".repeat(20),
            "' OR '1'='1",
            "%s%n\u001b[2J");
    for (String odd : passwords) {
      try {
        refusal(user, odd);
      } catch (IllegalArgumentException _) {
        // The client's own SCRAM takes no such password; nothing was asked of the plugin.
      }
    }
    right();
  }

  void broken() {
    List<byte[]> answers =
        List.of(
            FrontendPackets.query(Question.select("not-logged-in")),
            FrontendPackets.message('p'),
            FrontendPackets.message('p', (byte) 'x'),
            FrontendPackets.message('p', (byte) 0, (byte) 0, (byte) 0),
            FrontendPackets.saslInitialResponse("NO-SUCH-MECHANISM", "n,,n=,r=x"),
            FrontendPackets.saslInitialResponse("SCRAM-SHA-256", "n,,n="),
            FrontendPackets.saslInitialResponse("SCRAM-SHA-256", "\u0000".repeat(30)),
            FrontendPackets.saslResponse("c=biws,r=x,p=x"),
            FrontendPackets.header('p', Integer.MAX_VALUE),
            FrontendPackets.header('p', -5),
            FrontendPackets.message('\0'));
    for (byte[] answer : answers) {
      try (WireClient client = stage.asked(stage.postern())) {
        client.send(answer);
        refusedOrGone(client);
      }
    }
    right();
  }

  /** An answer in other words than the protocol's may be refused, or end the connection. */
  private static void refusedOrGone(WireClient client) {
    client.shutdownOutput();
    byte[] rest = client.readToEnd().toByteArray();
    String text = new String(rest, StandardCharsets.ISO_8859_1);
    if (text.contains("not-logged-in") || text.startsWith("R\0\0\0\b\0\0\0\0")) {
      throw new AssertionError("a client that broke the protocol was let in");
    }
  }

  void away() {
    for (int i = 0; i < 5; i++) {
      LoginStage.connected(stage.postern()).close();
      try (WireClient client = LoginStage.connected(stage.postern())) {
        client.send(LoginStage.startup(user));
        client.reset();
      }
      try (WireClient client = stage.begun(stage.postern())) {
        client.reset();
      }
      try (WireClient client = stage.begun(stage.postern())) {
        client.send(FrontendPackets.header('p', 40));
        client.close();
      }
    }
    right();
  }

  void silent() {
    try (RunningPostern impatient = stage.start(Duration.ofSeconds(2));
        WireClient asked = stage.asked(impatient);
        WireClient half = stage.asked(impatient)) {
      half.send(FrontendPackets.header('p', 40));
      for (WireClient client : List.of(asked, half)) {
        client.patience(Duration.ofSeconds(15));
        refusedOrGoneInTime(client);
      }
    }
    right();
  }

  private static void refusedOrGoneInTime(WireClient client) {
    byte[] rest = client.readToEnd().toByteArray();
    if (rest.length > 0 && rest[0] == 'R') {
      throw new AssertionError("a client that says nothing is asked again");
    }
  }

  void many(boolean someWrong) throws Exception {
    RunningPostern running = stage.postern();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> letIn = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        String sent = someWrong && i % 2 == 1 ? WRONG : password;
        letIn.add(
            clients.submit(
                () -> {
                  try (WireClient client = LoginStage.connected(running)) {
                    WireMessage refusal = client.tryLogin(user, sent, LoginStage.DATABASE);
                    if (refusal != null) {
                      check(user, refusal);
                    }
                    return refusal == null;
                  }
                }));
      }
      for (int i = 0; i < MANY; i++) {
        boolean wanted = !someWrong || i % 2 == 0;
        if (letIn.get(i).get(60, TimeUnit.SECONDS) != wanted) {
          throw new AssertionError(
              "of many at once one was %s (expected: %s)"
                  .formatted(wanted ? "refused" : "let in", wanted ? "let in" : "refused"));
        }
      }
    }
  }

  /** Logs in, which must be refused in the right way. */
  private WireMessage refusal(String name, String sent) {
    try (WireClient client = LoginStage.connected(stage.postern())) {
      WireMessage refusal = client.tryLogin(name, sent, LoginStage.DATABASE);
      if (refusal == null) {
        throw new AssertionError(
            "let in: user \"%s\" with %d characters for a password"
                .formatted(shown(name), sent.length()));
      }
      check(name, refusal);
      if (sent.length() > 8 && !sent.equals(name) && refusal.fields().toString().contains(sent)) {
        throw new AssertionError("the client's password is in what it is told");
      }
      client.expectEnd();
      return refusal;
    }
  }

  private static void check(String name, WireMessage refusal) {
    if (!refusal.severity().equals("FATAL") || !refusal.sqlState().matches(REFUSED)) {
      throw new AssertionError(
          "user \"%s\" was refused with %s (expected: FATAL 28xxx)"
              .formatted(shown(name), refusal));
    }
    if (refusal.text().contains("authentication is not available now")) {
      throw new AssertionError(
          "user \"%s\": the plugin could not decide: an exception, or something that it needs"
              .formatted(shown(name)));
    }
  }

  private static String shown(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "...";
  }
}
