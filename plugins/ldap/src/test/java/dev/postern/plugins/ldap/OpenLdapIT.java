package dev.postern.plugins.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same against OpenLDAP, where it is installed: its TLS, its escapes, its password policy. */
final class OpenLdapIT {
  @TempDir private static Path directory;
  private static OpenLdap server;

  @TempDir Path home;

  @BeforeAll
  static void start() throws Exception {
    server = OpenLdap.start(directory);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aSearchFindsTheUserWithItsGroups() throws Exception {
    for (URI address : server.addresses()) {
      try (Authenticator authenticator = bySearch(address, memberOf(""))) {
        assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).attributes())
            .isEqualTo(Map.of("mail", "somebody@example.com", "groups", "developers"));
      }
    }
  }

  @Test
  void aPatternNamesTheUser() throws Exception {
    for (URI address : server.addresses()) {
      try (Authenticator authenticator = byPattern(address)) {
        assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).name())
            .isEqualTo("alice");
      }
    }
  }

  @Test
  void groupsOfGroupsAreFoundBothWays() throws Exception {
    String filter =
        "groups: {base: \"%s\", filter: \"(member={dn})\", nested: 5}"
            .formatted(TestDirectory.GROUPS);
    for (String groups : new String[] {memberOf(", nested: 5"), filter}) {
      try (Authenticator authenticator = bySearch(server.tls(), groups)) {
        assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).attributes())
            .containsEntry("groups", "developers,staff");
      }
    }
  }

  @Test
  void namesAreValuesWhateverTheyAreMadeOf() throws Exception {
    for (String name : new String[] {"a,b+c=\"d\"", "é*(ü)\\", "#x;<y>"}) {
      server.person(name);
      try (Authenticator pattern = byPattern(server.tls());
          Authenticator search = bySearch(server.tls(), "")) {
        assertThat(Setup.logIn(pattern, name, TestDirectory.PASSWORD).name()).isEqualTo(name);
        assertThat(Setup.logIn(search, name, TestDirectory.PASSWORD).name()).isEqualTo(name);
      }
    }
  }

  @Test
  void anotherSpellingOfANameIsRefusedThoughTheDirectoryTakesIt() throws Exception {
    for (String name : new String[] {"ALICE", "alice ", " alice"}) {
      try (Authenticator pattern = byPattern(server.tls());
          Authenticator search = bySearch(server.tls(), "")) {
        assertThat(Setup.refused(pattern, name, TestDirectory.PASSWORD).sqlState())
            .isEqualTo(SqlState.INVALID_PASSWORD);
        assertThat(Setup.refused(search, name, TestDirectory.PASSWORD).sqlState())
            .isEqualTo(SqlState.INVALID_PASSWORD);
      }
    }
  }

  @Test
  void aLockedAccountIsTheOperatorsToKnow() throws Exception {
    server.person("locked");
    try (Authenticator authenticator = bySearch(server.tls(), "")) {
      for (int i = 0; i < 3; i++) {
        Setup.refused(authenticator, "locked", "wrong");
      }
      AuthenticationException refusal =
          Setup.refused(authenticator, "locked", TestDirectory.PASSWORD);
      assertThat(refusal).hasMessageContaining("the account is locked");
      assertThat(refusal.clientMessage())
          .isEqualTo("password authentication failed for user \"locked\"");
    }
  }

  @Test
  void aPasswordThatHasToBeChangedFirstIsRefused() throws Exception {
    server.person("reset");
    server.modify(
        "dn: uid=reset," + TestDirectory.PEOPLE,
        "changetype: modify",
        "add: pwdReset",
        "pwdReset: TRUE");
    try (Authenticator authenticator = bySearch(server.tls(), "")) {
      assertThat(Setup.refused(authenticator, "reset", TestDirectory.PASSWORD))
          .hasMessageContaining("has to be changed first");
    }
  }

  @Test
  void aServerThatWantsTlsIsNotGivenPasswordsWithout() throws Exception {
    String yaml =
        """
        servers: [%s]
        tls: {start-tls: false}
        user-dn: "uid={user},ou=people,dc=example,dc=com"
        """
            .formatted(server.plain());
    try (Authenticator authenticator = Setup.authenticator(home, yaml)) {
      assertThat(Setup.refused(authenticator, "alice", TestDirectory.PASSWORD).kind())
          .isEqualTo(FailureKind.PLUGIN);
    }
  }

  @Test
  void loginsGoOnAfterTheServerWasRestarted() throws Exception {
    try (Authenticator authenticator = bySearch(server.tls(), "")) {
      Setup.logIn(authenticator, "bob", TestDirectory.PASSWORD);
      server.restart();

      assertThat(Setup.logIn(authenticator, "bob", TestDirectory.PASSWORD).name()).isEqualTo("bob");
    }
  }

  private static String memberOf(String more) {
    return "groups: {base: \"%s\"%s}\nattributes: {mail: mail}"
        .formatted(TestDirectory.GROUPS, more);
  }

  private Authenticator byPattern(URI address) throws Exception {
    return make(address, "user-dn: \"uid={user},ou=people,dc=example,dc=com\"");
  }

  private Authenticator bySearch(URI address, String more) throws Exception {
    return make(
        address,
        """
        account: {dn: "cn=postern,dc=example,dc=com", password: {env: ACCOUNT_PASSWORD}}
        search: {base: "ou=people,dc=example,dc=com", filter: "(uid={user})"}
        """
            + more);
  }

  private Authenticator make(URI address, String more) throws Exception {
    return Setup.authenticator(
        home,
        "servers: [%s]\ntls: {trust: %s}\nrefuse-after: 0s\n%s\n"
            .formatted(address, server.authorityFile(), more));
  }
}
