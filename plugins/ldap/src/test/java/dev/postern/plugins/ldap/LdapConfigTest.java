package dev.postern.plugins.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.proxy.config.ConfigurationException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every mistake in the configuration ends in one message that says where it is and what to write.
 */
final class LdapConfigTest {
  private static final String SMALLEST =
      """
      servers: [ldaps://ldap.example.com]
      user-dn: "uid={user},ou=people,dc=example,dc=com"
      """;

  @TempDir Path home;

  @Test
  void whatIsNotWrittenHasADefault() throws Exception {
    LdapConfig config = Setup.config(home, SMALLEST);

    assertThat(config.effectiveName()).isEqualTo(NameRule.EXACT);
    assertThat(config.effectiveNameAttribute()).isEqualTo("uid");
    assertThat(config.effectiveAttributes()).isEmpty();
    assertThat(config.effectiveRefuseAfter()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.backend().effectiveClientPassword()).isFalse();
    assertThat(config.tls().effectiveStartTls()).isTrue();
    assertThat(config.tls().effectiveUnencryptedPasswords()).isFalse();
    assertThat(config.timeouts().effectiveConnect()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.timeouts().effectiveOperation()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.timeouts().effectiveLogin()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.limits().effectiveConcurrentLogins()).isEqualTo(20);
    assertThat(config.limits().effectiveIdleConnections()).isEqualTo(4);
    assertThat(config.limits().effectiveIdleTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.limits().effectiveLifetime()).isEqualTo(Duration.ofMinutes(30));
    assertThat(ServerAddress.of(config.servers().getFirst(), config.tls()).port()).isEqualTo(636);
  }

  @Test
  void everythingCanBeSet() throws Exception {
    TestDirectory.AUTHORITY.writeChain(home.resolve("ca.crt"));
    LdapConfig config =
        Setup.config(
            home,
            """
            servers: ["ldap://[::1]:1389", ldaps://ldap.example.com:1636]
            tls: {trust: ca.crt, start-tls: false, unencrypted-passwords: true}
            account: {dn: "cn=a", password: {env: ACCOUNT_PASSWORD}}
            search: {base: "ou=p", filter: "(|(uid={user})(mail={user}))", scope: one-level}
            name: lower-case
            name-attribute: uid
            attributes: {department: departmentNumber}
            groups:
              base: "ou=g"
              filter: "(member={dn})"
              scope: one-level
              name-attribute: ou
              nested: 3
              names: {a: b}
              only-named: true
              required: [b]
              attribute: roles
            timeouts: {connect: 1s, operation: 2s, login: 4s}
            limits: {concurrent-logins: 1, idle-connections: 0, idle-timeout: 1s, lifetime: 2s}
            backend: {client-password: true, role-attribute: role}
            refuse-after: 0s
            chain: {users: ["*"], except-users: [postgres], databases: [app]}
            """);

    assertThat(config.effectiveName()).isEqualTo(NameRule.LOWER_CASE);
    assertThat(config.groups())
        .isNotNull()
        .satisfies(groups -> assertThat(groups.effectiveAttribute()).isEqualTo("roles"))
        .satisfies(groups -> assertThat(groups.effectiveNested()).isEqualTo(3));
    assertThat(ServerAddress.of(config.servers().getFirst(), config.tls()))
        .isEqualTo(new ServerAddress("::1", 1389, ServerAddress.Protection.NONE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "servers: []|servers: none",
        "servers: [http://x]|servers[0]",
        "servers: [ldap:///]|servers[0]",
        "servers: [ldaps://x/dc=example]|servers[0]",
        "servers: [ldaps://a:b@x]|servers[0]",
        "servers: [ldaps://x:70000]|servers[0]",
        "tls: {start-tls: false}\\nservers: [ldap://x]|in clear",
        "tls: {trust: no-such-file}|trust: file not found",
        "tls: {trust: nonsense}|trust: holds",
        "user-dn: uid=alice|no placeholder",
        "user-dn: '{user}'|not a distinguished name",
        "user-dn: 'uid={user},dc={tenant}'|{tenant}",
        "user-dn: 'cn={user} x,dc=a'|name-attribute: not set",
        "search: {base: dc=a, filter: '(uid={user})'}\\nuser-dn: 'uid={user},dc=a'|both are there",
        "account: {dn: nonsense, password: {env: ACCOUNT_PASSWORD}}|not a distinguished name",
        "account: {dn: cn=a, password: literal}|account.password",
        "name: whatever|name",
        "name-attribute: 'a b'|not the name of an attribute",
        "attributes: {a: 'b c'}|not the name of an attribute",
        "groups: {base: dc=a}\\nattributes: {groups: x}|the name of the groups",
        "groups: {}|base",
        "groups: {base: dc=a, filter: '(member={dn}'}|not a filter",
        "groups: {base: dc=a, filter: '(cn=x)'}|no placeholder",
        "groups: {base: dc=a, filter: '(memberUid={user})', nested: 1}|a group has no {user}",
        "groups: {base: dc=a, filter: '(member={dn})', member-of: x}|and a filter",
        "groups: {base: dc=a, scope: subtree}|without a filter",
        "groups: {base: dc=a, nested: 21}|nested: 21",
        "groups: {base: dc=a, names: {a: 'b,c'}}|without a comma",
        "groups: {base: dc=a, required: []}|required: empty",
        "timeouts: {connect: 0s}|connect: out of range",
        "timeouts: {login: 1h}|login: out of range",
        "limits: {concurrent-logins: 0}|concurrent",
        "limits: {idle-connections: -1}|idle",
        "limits: {lifetime: 0s}|lifetime",
        "backend: {role-attribute: 'a b'}|not the name of an attribute",
        "refuse-after: 11s|out of range",
        "no-such-key: 1|no-such-key"
      })
  void aMistakeIsRefusedWithAMessage(String yaml, String message) throws Exception {
    Files.writeString(home.resolve("nonsense"), "nonsense");
    StringBuilder whole = new StringBuilder(yaml.replace("\\n", "\n")).append('\n');
    for (String line : SMALLEST.lines().toList()) {
      if (!whole.toString().contains(line.substring(0, line.indexOf(':') + 1))) {
        whole.append(line).append('\n');
      }
    }
    assertThatThrownBy(() -> Setup.config(home, whole.toString()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatCanHoldNoCertificatesIsRefusedUnread() throws Exception {
    Path file = home.resolve("ca.crt");
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> Setup.config(home, SMALLEST + "tls: {trust: ca.crt}\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("trust: is no regular file: " + file);

    Files.delete(file);
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(3L << 30);
    }
    assertThatThrownBy(() -> Setup.config(home, SMALLEST + "tls: {trust: ca.crt}\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("trust: larger than 4 MiB: " + file);
  }

  @Test
  void noSecretIsInTheConfigurationsText() throws Exception {
    LdapConfig config =
        Setup.config(
            home, SMALLEST + "account: {dn: \"cn=a\", password: {env: ACCOUNT_PASSWORD}}\n");

    assertThat(config.toString()).doesNotContain(TestDirectory.ACCOUNT_PASSWORD);
  }
}
