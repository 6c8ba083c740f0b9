package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.testkit.spi.FakePluginContext;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file that cannot be used stops the start with one message that says where and why. */
final class BrokenFilesTest {
  @TempDir Path home;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          hosts all all all trust                      | invalid connection type "hosts"
          host,local all all all trust                 | multiple values specified for connection type
          host                                         | end-of-line before database specification
          host all                                     | end-of-line before role specification
          host all all                                 | end-of-line before IP address specification
          host all all 10.0.0.1                        | end-of-line before netmask specification
          host all all 10.0.0.0/8                      | end-of-line before authentication method
          host all all 10.0.0.0/33 trust               | invalid CIDR mask in address "10.0.0.0/33"
          host all all 10.0.0.0/ trust                 | invalid CIDR mask in address "10.0.0.0/"
          host all all 10.0.0.256/8 trust              | invalid IP address "10.0.0.256"
          host all all 127.1 trust                     | invalid IP address "127.1"
          host all all 010.0.0.1/8 trust               | invalid IP address "010.0.0.1"
          host all all fe80::1%lo/64 trust             | invalid IP address "fe80::1%lo"
          host all all ::g/64 trust                    | invalid IP address "::g"
          host all all 10.0.0.1 ffff:: trust           | IP address and mask do not match
          host all all 10.0.0.1 trust                  | invalid IP mask "trust"
          host all all a.example/8 trust               | specifying both host name and CIDR mask is invalid
          host all all a,b trust                       | multiple values specified for IP address
          host all all all kerberos                    | invalid authentication method "kerberos"
          host all all all peer                        | peer authentication is only supported on local sockets
          host all all all cert                        | cert authentication is only supported on hostssl
          host all all all pam                         | no authenticator for method "pam" (expected: methods: {pam: NAME}
          host all +staff all trust                    | "+staff": who belongs to a role is known to the servers only
          host samerole all all trust                  | "samerole": who belongs to a role is known to the servers only
          host all /( all trust                        | invalid regular expression "/("
          host all all all ldap ldapserver             | authentication option not in name=value format
          host all all all ldap colour=red             | unrecognized authentication option name
          host all all all trust ldapserver=a          | authentication option "ldapserver" is not valid for method "trust"
          host all all all trust map=m                 | authentication option "map" is only valid
          host all all all trust clientcert=verify-ca  | clientcert can only be configured for "hostssl" rows
          hostssl all all all trust clientcert=1       | invalid value for clientcert
          hostssl all all all cert clientcert=verify-ca | clientcert only accepts "verify-full"
          hostssl all all all cert clientname=SAN      | invalid value for clientname
          hostssl all all all cert map=nobody          | map "nobody" is not in the file
          include nowhere.conf                         | cannot read
          include_dir nowhere                          | cannot read the folder
          include pg_hba.conf                          | files include each other deeper than 10
          host @nowhere all all trust                  | cannot read
          """)
  void saysWhichLineAndWhy(String line, String reason) throws Exception {
    Path file = home.resolve("pg_hba.conf");
    Files.writeString(file, "# rules\nhost all alice all \\\n  trust\n" + line + "\n");

    assertThatThrownBy(() -> Setup.file(file, null, FakePluginContext.named("rules")))
        .hasMessageContaining("pg_hba.conf:")
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }

  @Test
  void countsContinuedLines() throws Exception {
    Path file = home.resolve("pg_hba.conf");
    Files.writeString(file, "host all alice \\\nall trust\n\nhost nothing\n");

    assertThatThrownBy(() -> Setup.file(file, null, FakePluginContext.named("rules")))
        .hasMessage(file + ":4: end-of-line before role specification");
  }

  @Test
  void aFileWithoutRulesIsBroken() throws Exception {
    Path file = Files.writeString(home.resolve("pg_hba.conf"), "# nothing\n");

    assertThatThrownBy(() -> Setup.file(file, null, FakePluginContext.named("rules")))
        .hasMessage(file + ":1: contains no entries");
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPipeIsNotWaitedFor() throws Exception {
    Path pipe = home.resolve("more.conf");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path file = Files.writeString(home.resolve("pg_hba.conf"), "include more.conf\n");

    assertThatThrownBy(() -> Setup.file(file, null, FakePluginContext.named("rules")))
        .hasMessage(file + ":1: " + pipe + " is no regular file");
  }

  @Test
  void aSecretInALineIsInNoMessage() throws Exception {
    Path file =
        Files.writeString(
            home.resolve("pg_hba.conf"), "host all all all trust ldapbindpasswd=sesame\n");

    assertThatThrownBy(() -> Setup.file(file, null, FakePluginContext.named("rules")))
        .hasMessageContaining("ldapbindpasswd")
        .hasMessageNotContaining("sesame");
  }

  @Test
  void anAuthenticatorCannotDelegateToItself() {
    assertThatThrownBy(
            () ->
                Setup.create(
                    new RulesConfig(
                        null,
                        java.util.List.of("host all all all md5"),
                        java.util.Map.of("md5", "rules"),
                        null,
                        null),
                    FakePluginContext.named("rules")))
        .hasMessage("methods: md5: rules is this authenticator itself");
  }
}
