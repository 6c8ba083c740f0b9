package dev.postern.plugins.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a session hears of its user's groups and attributes. */
final class GroupsTest {
  private static TestDirectory directory;

  @TempDir Path home;

  @BeforeAll
  static void start() {
    directory = TestDirectory.start();
    directory.add(
        "uid=dan," + TestDirectory.PEOPLE,
        "objectClass: person",
        "uid: dan",
        "jpegPhoto:: /9j/4AAQ",
        "userPassword: " + TestDirectory.PASSWORD);
    directory.group("commas, and more", "uid=dan," + TestDirectory.PEOPLE);
    directory.group("plain", "uid=dan," + TestDirectory.PEOPLE);
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  @Test
  void memberOfNamesTheGroupsBelowTheBase() throws Exception {
    assertThat(attributes("alice", "groups: {base: \"%s\"}".formatted(TestDirectory.GROUPS)))
        .isEqualTo(Map.of("groups", "developers"));
  }

  @Test
  void aSearchFindsTheGroups() throws Exception {
    assertThat(attributes("alice", search(""))).isEqualTo(Map.of("groups", "developers"));
  }

  @Test
  void groupsInGroupsAreFollowedAsFarAsConfigured() throws Exception {
    assertThat(attributes("alice", search(", nested: 1")))
        .isEqualTo(Map.of("groups", "developers,staff"));
    assertThat(attributes("alice", search(", nested: 2")))
        .isEqualTo(Map.of("groups", "developers,everyone,staff"));
  }

  @Test
  void groupsInACircleEnd() throws Exception {
    assertThat(attributes("alice", search(", nested: 20")))
        .isEqualTo(Map.of("groups", "circle,developers,everyone,staff"));
  }

  @Test
  void memberOfIsFollowedFromGroupToGroup() throws Exception {
    try (TestDirectory own = TestDirectory.start()) {
      own.modify(
          "dn: cn=developers," + TestDirectory.GROUPS,
          "changetype: modify",
          "add: memberOf",
          "memberOf: cn=staff," + TestDirectory.GROUPS);
      try (Authenticator authenticator =
          authenticator(own, "groups: {base: \"%s\", nested: 3}".formatted(TestDirectory.GROUPS))) {
        assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).attributes())
            .isEqualTo(Map.of("groups", "developers,staff"));
      }
    }
  }

  @Test
  void groupsGetOtherNamesByNameOrByDn() throws Exception {
    assertThat(
            attributes(
                "alice",
                search(
                    ", nested: 1, names: {developers: dev, \"CN=Staff, ou=groups,dc=example,dc=com\": all}")))
        .isEqualTo(Map.of("groups", "all,dev"));
  }

  @Test
  void groupsWithoutAnotherNameCanBeLeftOut() throws Exception {
    assertThat(attributes("alice", search(", nested: 2, names: {staff: all}, only-named: true")))
        .isEqualTo(Map.of("groups", "all"));
  }

  @Test
  void aGroupWithACommaInItsNameCannotPassForTwo() throws Exception {
    assertThat(attributes("dan", search(""))).isEqualTo(Map.of("groups", "plain"));
  }

  @Test
  void aGroupWithACommaInItsNameCanBeGivenAnother() throws Exception {
    assertThat(attributes("dan", search(", names: {\"commas, and more\": more}")))
        .isEqualTo(Map.of("groups", "more,plain"));
  }

  @Test
  void whoIsInARequiredGroupGetsIn() throws Exception {
    assertThat(attributes("alice", search(", required: [nobody, developers]"))).isNotEmpty();
  }

  @Test
  void whoIsInNoRequiredGroupIsRefusedAfterItsPasswordWasFoundRight() throws Exception {
    try (Authenticator authenticator = authenticator(directory, search(", required: [dba]"))) {
      AuthenticationException refusal =
          Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);
      assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
      assertThat(refusal).hasMessageContaining("dba");
      assertThat(refusal.clientMessage()).doesNotContain("dba");
      assertThat(Setup.refused(authenticator, "alice", "wrong").sqlState())
          .isEqualTo(SqlState.INVALID_PASSWORD);
    }
  }

  @Test
  void whoIsInTooManyGroupsIsRefused() throws Exception {
    try (TestDirectory own = TestDirectory.start();
        Authenticator authenticator = authenticator(own, search(""))) {
      for (int i = 0; i <= Groups.MOST; i++) {
        own.group("g" + i, TestDirectory.ALICE);
      }
      assertThat(Setup.refused(authenticator, "alice", TestDirectory.PASSWORD))
          .hasMessageContaining("more than 1000 groups");
    }
  }

  @Test
  void anAttributeOfTheEntryGoesWithTheSession() throws Exception {
    assertThat(attributes("alice", "attributes: {address: mail}"))
        .isEqualTo(Map.of("address", "alice@example.com"));
  }

  @Test
  void anAttributeThatIsNotOneTextIsLeftOut() throws Exception {
    assertThat(attributes("alice", "attributes: {phone: telephoneNumber, none: pager}")).isEmpty();
    assertThat(attributes("dan", "attributes: {photo: jpegPhoto}")).isEmpty();
  }

  @Test
  void theClientsPasswordIsHandedOnWhereThatIsAskedFor() throws Exception {
    try (Authenticator authenticator =
        authenticator(directory, "backend: {client-password: true}")) {
      AuthenticatedUser user = Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD);

      assertThat(user.password()).isEqualTo(Setup.secret(TestDirectory.PASSWORD));
      assertThat(user.role()).isNull();
    }
  }

  @Test
  void theClientsPasswordIsNotHandedOnOtherwise() throws Exception {
    try (Authenticator authenticator = authenticator(directory, "")) {
      assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).password()).isNull();
    }
  }

  @Test
  void anAttributeNamesTheRole() throws Exception {
    try (Authenticator authenticator =
        authenticator(directory, "backend: {role-attribute: mail}")) {
      assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).role())
          .isEqualTo("alice@example.com");
    }
  }

  @Test
  void whoHasNotExactlyOneRoleIsRefused() throws Exception {
    for (String attribute : new String[] {"pager", "telephoneNumber"}) {
      try (Authenticator authenticator =
          authenticator(directory, "backend: {role-attribute: %s}".formatted(attribute))) {
        assertThat(Setup.refused(authenticator, "alice", TestDirectory.PASSWORD).sqlState())
            .isEqualTo(SqlState.INVALID_AUTHORIZATION);
      }
    }
  }

  @Test
  void theUserSeesItsGroupsWithoutAnAccount() throws Exception {
    String yaml =
        """
        servers: [%s]
        tls: {trust: ca.crt}
        user-dn: "uid={user},ou=people,dc=example,dc=com"
        attributes: {address: mail}
        %s
        """
            .formatted(directory.tls(), search(", nested: 1"));
    TestDirectory.AUTHORITY.writeChain(home.resolve("ca.crt"));
    try (Authenticator authenticator = Setup.authenticator(home, yaml)) {
      assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).attributes())
          .isEqualTo(Map.of("address", "alice@example.com", "groups", "developers,staff"));
    }
  }

  private static String search(String more) {
    return "groups: {base: \"%s\", filter: \"(member={dn})\"%s}"
        .formatted(TestDirectory.GROUPS, more);
  }

  private Map<String, String> attributes(String user, String more) throws Exception {
    try (Authenticator authenticator = authenticator(directory, more)) {
      return Setup.logIn(authenticator, user, TestDirectory.PASSWORD).attributes();
    }
  }

  private Authenticator authenticator(TestDirectory at, String more) throws Exception {
    TestDirectory.AUTHORITY.writeChain(home.resolve("ca.crt"));
    return Setup.authenticator(
        home,
        """
        servers: [%s]
        tls: {trust: ca.crt}
        account: {dn: "cn=postern,dc=example,dc=com", password: {env: ACCOUNT_PASSWORD}}
        search: {base: "ou=people,dc=example,dc=com", filter: "(uid={user})"}
        refuse-after: 0s
        %s
        """
            .formatted(at.tls(), more));
  }
}
