package dev.postern.plugins.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.SettingsException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.plugins.oauth.issuer.TokenDraft;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** As whom a good token lets somebody in, and with what. */
final class AdmissionTest {
  private static TestIssuer issuer;

  @TempDir Path home;

  @BeforeAll
  static void start() {
    issuer = TestIssuer.started();
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  private Setup setup(String... more) throws Exception {
    return Setup.of(home, issuer, more);
  }

  private static String email(String address) {
    return issuer.token().with("email", address).signed();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Alice", "alice ", "ali", "alice2", "admin", "sub"})
  void aTokenIsForTheNameThatItSaysAndForNoOther(String user) throws Exception {
    try (Setup setup = setup()) {
      AuthenticationException refusal = setup.refused(user, issuer.token().signed());
      assertThat(refusal).hasMessageContaining("it is for \"alice\"");
      assertThat(refusal.clientMessage()).doesNotContain("\"alice\"");
    }
  }

  @Test
  void aLoginIsGoodForAsLongAsItsTokenWouldLetSomebodyInIfSoWanted() throws Exception {
    long exp = Instant.now().getEpochSecond() + 60;
    String token = issuer.token().with("exp", exp).signed();
    try (Setup setup = setup("end-sessions: true", "clock-skew: 10s")) {
      assertThat(setup.logIn("alice", token).expiry()).isEqualTo(Instant.ofEpochSecond(exp + 10));
    }
    try (Setup setup = setup()) {
      assertThat(setup.logIn("alice", token).expiry()).isNull();
    }
  }

  @Test
  void anotherClaimMaySayWhoItIs() throws Exception {
    try (Setup setup = setup("user: {claim: preferred_username}")) {
      String token = issuer.token().with("preferred_username", "bob").signed();
      assertThat(setup.logIn("bob", token).name()).isEqualTo("bob");
      assertThat(setup.refused("alice", token)).hasMessageContaining("bob");
      assertThat(setup.refused("alice", issuer.token().signed()))
          .hasMessageContaining("its claim preferred_username is not one text");
    }
  }

  @Test
  void aListIsNobody() throws Exception {
    try (Setup setup = setup()) {
      String token = issuer.token().with("sub", List.of("alice", "bob")).signed();
      assertThat(setup.refused("alice", token)).hasMessageContaining("not one text");
    }
  }

  private static final String RULES =
      """
      user:
        claim: email
        rules:
          - {identity: boss@example.com, user: postgres}
          - {identity: "/(.*)@example\\\\.com", user: "\\\\1"}
          - {identity: "/.*@(.*)\\\\.example\\\\.com", user: "team_\\\\1"}
          - {identity: batch@example.org, user: "/etl_[0-9]+"}
      """;

  @ParameterizedTest
  @CsvSource({
    "boss@example.com, postgres, true",
    "boss@example.com, boss, true",
    "alice@example.com, alice, true",
    "alice@example.com, postgres, false",
    "alice@example.com, alice@example.com, false",
    "alice@example.com.evil.org, alice, false",
    "x@evil.org alice@example.com, alice, false",
    "a@sales.example.com, team_sales, true",
    "a@sales.example.com, a, false",
    "batch@example.org, etl_7, true",
    "batch@example.org, etl_7x, false",
    "batch@example.org, batch, false",
  })
  void rulesSayWhoMayLogInAsWhom(String email, String user, boolean allowed) throws Exception {
    try (Setup setup = setup(RULES)) {
      if (allowed) {
        assertThat(setup.logIn(user, email(email)).name()).isEqualTo(user);
      } else {
        assertThat(setup.refused(user, email(email))).hasMessageContaining("no rule lets");
      }
    }
  }

  @Test
  void anExpressionThatTakesTooLongLetsNobodyIn() throws Exception {
    try (Setup setup =
        setup("user: {rules: [{identity: \"/(.*)(.*)(.*)(.*)(.*)b\", user: alice}]}")) {
      String token = issuer.token().with("sub", "a".repeat(200)).signed();
      assertThat(setup.refused("alice", token)).hasMessageContaining("takes too long");
    }
  }

  @Test
  void aGroupThatTakesNoPartStandsForNobody() throws Exception {
    try (Setup setup =
        setup("user: {rules: [{identity: \"/(?:a(.*)|bob)\", user: \"svc\\\\1\"}]}")) {
      String alice = issuer.token().with("sub", "alice").signed();
      assertThat(setup.logIn("svclice", alice).name()).isEqualTo("svclice");
      String bob = issuer.token().with("sub", "bob").signed();
      assertThat(setup.refused("svc", bob)).hasMessageContaining("no rule lets");
    }
  }

  @Test
  void aFileOfRulesIsReadAgainWhenItChanges() throws Exception {
    Path file = home.resolve("users.yaml");
    Files.writeString(file, "rules: [{identity: alice, user: one}]");
    try (Setup setup = setup("user: {rules-file: users.yaml}")) {
      String token = issuer.token().signed();
      assertThat(setup.logIn("one", token).name()).isEqualTo("one");

      Files.writeString(file, "rules: [{identity: alice, user: two}]");
      setup.context.changed(file);
      assertThat(setup.logIn("two", token).name()).isEqualTo("two");
      assertThat(setup.refused("one", token)).hasMessageContaining("no rule lets");

      Files.writeString(file, "rules: [{identity: alice, usr: three}]");
      setup.context.changed(file);
      assertThat(setup.logIn("two", token).name()).isEqualTo("two");
    }
  }

  @Test
  void aFileOfRulesThatCannotBeReadStopsTheStart() {
    assertThatThrownBy(() -> setup("user: {rules-file: nowhere.yaml}").close())
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("nowhere.yaml");
  }

  private static TokenDraft roles(String... roles) {
    return issuer.token().with("realm_access", Map.of("roles", List.of(roles)));
  }

  @Test
  void groupsGoWithTheSession() throws Exception {
    try (Setup setup =
        setup(
            "groups: {claim: realm_access.roles, names: {Database Administrators: dba}, attribute: teams}")) {
      AuthenticatedUser user =
          setup.logIn("alice", roles("ops", "Database Administrators", "a,b").signed());
      assertThat(user.attributes()).isEqualTo(Map.of("teams", "dba,ops"));
      assertThat(setup.logIn("alice", issuer.token().signed()).attributes()).isEmpty();
    }
  }

  @Test
  void groupsWithoutANameMayBeLeftOut() throws Exception {
    try (Setup setup =
        setup("groups: {claim: realm_access.roles, names: {a: b}, only-named: true}")) {
      assertThat(setup.logIn("alice", roles("a", "c").signed()).attributes())
          .isEqualTo(Map.of("groups", "b"));
    }
  }

  @Test
  void whoIsInNoneOfTheRequiredGroupsIsRefused() throws Exception {
    try (Setup setup = setup("groups: {claim: realm_access.roles, required: [dba, ops]}")) {
      assertThat(setup.logIn("alice", roles("ops").signed()).attributes())
          .containsEntry("groups", "ops");
      AuthenticationException refusal = setup.refused("alice", roles("dev").signed());
      assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
      assertThat(refusal.clientMessage()).contains("in no group that may log in here");
    }
  }

  @Test
  void aClaimMayBeTheRole() throws Exception {
    try (Setup setup = setup("role: {claim: pg_role}")) {
      AuthenticatedUser user = setup.logIn("alice", issuer.token().with("pg_role", "app").signed());
      assertThat(user.role()).isEqualTo("app");
      assertThat(user.password()).isNull();
      for (TokenDraft draft :
          List.of(issuer.token(), issuer.token().with("pg_role", List.of("a", "b")))) {
        assertThat(setup.refused("alice", draft.signed()).clientMessage())
            .contains("has no role here");
      }
    }
  }

  @Test
  void theFirstChoiceThatTheTokenHasIsTheRole() throws Exception {
    try (Setup setup =
        setup(
            """
            role:
              claim: realm_access.roles
              choose: [{value: dba, role: app_admin}, {value: dev, role: app_reader}]
            """)) {
      assertThat(setup.logIn("alice", roles("dev", "dba").signed()).role()).isEqualTo("app_admin");
      assertThat(setup.logIn("alice", roles("dev").signed()).role()).isEqualTo("app_reader");
      assertThat(setup.refused("alice", roles("app_admin").signed()).clientMessage())
          .contains("has no role here");
    }
  }

  @Test
  void chosenClaimsBecomeAttributes() throws Exception {
    try (Setup setup =
        setup(
            "attributes: {tenant: org.tenant.id, url: \"https://example.com/x\", n: n, list: list}")) {
      AuthenticatedUser user =
          setup.logIn(
              "alice",
              issuer
                  .token()
                  .with("org", Map.of("tenant", Map.of("id", 42)))
                  .with("https://example.com/x", "y")
                  .with("n", true)
                  .with("list", List.of("a", "b"))
                  .signed());
      assertThat(user.attributes()).isEqualTo(Map.of("tenant", "42", "url", "y", "n", "true"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "\u0000"})
  void aClaimThatIsNoTextForALineIsRefused(String value) throws Exception {
    try (Setup setup = setup("attributes: {x: x}")) {
      assertThat(setup.refused("alice", issuer.token().with("x", value).signed()))
          .hasMessageContaining("its claim x");
    }
  }
}
