package dev.postern.plugins.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, by both ways of finding out. */
final class LoginTest {
  @TempDir Path home;

  private final TestDirectory directory = TestDirectory.start();
  private final List<Authenticator> made = new ArrayList<>();

  @BeforeEach
  void writeTrust() {
    TestDirectory.AUTHORITY.writeChain(home.resolve("ca.crt"));
  }

  @AfterEach
  void close() throws Exception {
    for (Authenticator authenticator : made) {
      authenticator.close();
    }
    directory.close();
  }

  @Test
  void whoKnowsItsPasswordGetsInByAPatternOfNames() throws Exception {
    assertThat(Setup.logIn(byPattern(""), "alice", TestDirectory.PASSWORD).name())
        .isEqualTo("alice");
  }

  @Test
  void whoKnowsItsPasswordGetsInByASearch() throws Exception {
    assertThat(Setup.logIn(bySearch(""), "alice", TestDirectory.PASSWORD).name())
        .isEqualTo("alice");
  }

  @Test
  void theAnswerIsTheSameForAWrongPasswordAndAnUnknownUser() throws Exception {
    for (Authenticator authenticator : List.of(byPattern(""), bySearch(""))) {
      AuthenticationException wrong = Setup.refused(authenticator, "alice", "wrong");
      AuthenticationException unknown = Setup.refused(authenticator, "nobody", "wrong");

      assertThat(wrong.sqlState()).isEqualTo(SqlState.INVALID_PASSWORD);
      assertThat(unknown.sqlState()).isEqualTo(wrong.sqlState());
      assertThat(unknown.kind()).isEqualTo(wrong.kind());
      assertThat(unknown.clientMessage())
          .isEqualTo(wrong.clientMessage().replace("alice", "nobody"));
    }
  }

  @Test
  void inAChainItClaimsTheLoginsThatAreNamed() throws Exception {
    String chain = "chain: {users: [\"*.example\"], except-users: [\"svc-*\"], databases: [app]}";
    try (Authenticator authenticator = byPattern(chain)) {
      assertThat(claims(authenticator, "alice.example", "app")).isTrue();
      assertThat(claims(authenticator, "alice", "app")).isFalse();
      assertThat(claims(authenticator, "svc-1.example", "app")).isFalse();
      assertThat(claims(authenticator, "alice.example", "other")).isFalse();
    }
    try (Authenticator authenticator = byPattern("")) {
      assertThat(claims(authenticator, "anybody", "anything")).isTrue();
    }
  }

  private static boolean claims(Authenticator authenticator, String user, String database) {
    return authenticator.claims(Samples.tlsClient(null), Samples.startup(user, database));
  }

  @Test
  void anEmptyPasswordIsNotEvenShownToTheDirectory() throws Exception {
    Authenticator authenticator = byPattern("");
    AuthenticationException refusal = Setup.refused(authenticator, "alice", "");

    assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_PASSWORD);
    assertThat(directory.binds).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "alice)(uid=*",
        "*)(|(uid=*",
        "alice,ou=people,dc=example,dc=com",
        "alice+cn=x",
        "al\\69ce",
        "alice#",
        " alice",
        "alice ",
        "ALICE",
        "(",
        "\\",
        "ａｌｉｃｅ"
      })
  void aNameIsAValueAndNothingElse(String name) throws Exception {
    for (Authenticator authenticator : List.of(byPattern(""), bySearch(""))) {
      assertThat(Setup.refused(authenticator, name, TestDirectory.PASSWORD).sqlState())
          .isEqualTo(SqlState.INVALID_PASSWORD);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"o'neil", "a,b", "a+b=c", "#x", "a\"b<c>;d", "é ü", "a\\b", "(x)", "a*b"})
  void aNameWithCharactersThatMeanSomethingLogsIn(String name) throws Exception {
    String dn = "uid=" + Template.escape(name) + "," + TestDirectory.PEOPLE;
    directory.add(
        dn, "objectClass: person", "uid: " + name, "userPassword: " + TestDirectory.PASSWORD);

    for (Authenticator authenticator : List.of(byPattern(""), bySearch(""))) {
      assertThat(Setup.logIn(authenticator, name, TestDirectory.PASSWORD).name()).isEqualTo(name);
    }
  }

  @Test
  void theDirectorysSpellingIsTheSessionsNameWhereThatIsAskedFor() throws Exception {
    assertThat(Setup.logIn(bySearch("name: directory"), "bob", TestDirectory.PASSWORD).name())
        .isEqualTo("Bob");
  }

  @Test
  void theDirectorysSpellingInLowerCaseIsTheSessionsNameWhereThatIsAskedFor() throws Exception {
    assertThat(Setup.logIn(bySearch("name: lower-case"), "BOB", TestDirectory.PASSWORD).name())
        .isEqualTo("bob");
  }

  @Test
  void theClientsSpellingIsTheSessionsNameWhereThatIsAskedFor() throws Exception {
    assertThat(Setup.logIn(bySearch("name: client"), "bOb", TestDirectory.PASSWORD).name())
        .isEqualTo("bOb");
  }

  @Test
  void theOperatorLearnsHowTheDirectorySpellsAName() throws Exception {
    assertThat(Setup.refused(bySearch(""), "bob", TestDirectory.PASSWORD))
        .hasMessageContaining("Bob");
  }

  @Test
  void ofTwoEntriesOfOneNameNoneIsLetIn() throws Exception {
    directory.add(
        "cn=another,ou=people,dc=example,dc=com",
        "objectClass: person",
        "uid: alice",
        "userPassword: " + TestDirectory.PASSWORD);

    assertThat(Setup.refused(bySearch(""), "alice", TestDirectory.PASSWORD))
        .hasMessageContaining("several")
        .extracting(AuthenticationException::sqlState)
        .isEqualTo(SqlState.INVALID_PASSWORD);
  }

  @Test
  void anEntryThatCannotBeReadLetsNobodyIn() throws Exception {
    AuthenticationException refusal =
        Setup.refused(
            make(
                """
                servers: [%s]
                tls: {trust: ca.crt}
                user-dn: "uid={user},ou=people,dc=example,dc=com"
                name-attribute: employeeNumber
                """
                    .formatted(directory.tls())),
            "alice",
            TestDirectory.PASSWORD);

    assertThat(refusal.kind()).isEqualTo(FailureKind.PLUGIN);
    assertThat(refusal).hasMessageContaining("employeeNumber");
  }

  @Test
  void aSearchThatBeginsNowhereIsTheOperatorsToSee() throws Exception {
    AuthenticationException refusal =
        Setup.refused(
            make(
                """
                servers: [%s]
                tls: {trust: ca.crt}
                search: {base: "ou=nowhere,dc=example,dc=com", filter: "(uid={user})"}
                """
                    .formatted(directory.tls())),
            "alice",
            TestDirectory.PASSWORD);

    assertThat(refusal.kind()).isEqualTo(FailureKind.PLUGIN);
    assertThat(refusal).hasMessageContaining("ou=nowhere");
    assertThat(refusal.clientMessage()).doesNotContain("nowhere");
  }

  @Test
  void noPasswordIsInWhatIsSaidOrLogged() throws Exception {
    for (Authenticator authenticator : List.of(byPattern(""), bySearch(""))) {
      AuthenticationException refusal = Setup.refused(authenticator, "alice", "a planted secret");
      for (Throwable each = refusal; each != null; each = each.getCause()) {
        assertThat(each.toString()).doesNotContain("a planted secret");
      }
    }
  }

  private Authenticator byPattern(String more) throws Exception {
    return make(
        """
        servers: [%s]
        tls: {trust: ca.crt}
        user-dn: "uid={user},ou=people,dc=example,dc=com"
        refuse-after: 0s
        """
                .formatted(directory.tls())
            + more);
  }

  private Authenticator bySearch(String more) throws Exception {
    return make(
        """
        servers: [%s]
        tls: {trust: ca.crt}
        account: {dn: "cn=postern,dc=example,dc=com", password: {env: ACCOUNT_PASSWORD}}
        search: {base: "ou=people,dc=example,dc=com", filter: "(uid={user})"}
        refuse-after: 0s
        """
                .formatted(directory.tls())
            + more);
  }

  private Authenticator make(String yaml) throws Exception {
    Authenticator authenticator = Setup.authenticator(home, yaml);
    made.add(authenticator);
    return authenticator;
  }
}
