package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertificateTest {
  private static final String REFUSED =
      "28000 certificate authentication failed for user \"alice\"";
  private static final String NO_CERTIFICATE =
      "28000 connection requires a valid client certificate";

  private final TestCertificate authority = TestCertificate.authority("clients");

  @TempDir Path home;

  private String outcome(String line, @Nullable String map, @Nullable String commonName)
      throws Exception {
    Path file = Files.writeString(home.resolve("pg_hba.conf"), line);
    Path maps = map == null ? null : Files.writeString(home.resolve("pg_ident.conf"), map);
    var rules = Setup.file(file, maps, FakePluginContext.named("rules"));
    var tls = Setup.tls(commonName == null ? null : authority.client(commonName));
    return Setup.outcome(rules, Setup.exchange("192.0.2.7", tls, Samples.startup("alice", "app")));
  }

  @Test
  void theCertificateNamesTheUser() throws Exception {
    String line = "hostssl all all all cert";

    assertThat(outcome(line, null, "alice")).isEqualTo("trust");
    assertThat(outcome(line, null, "bob")).isEqualTo(REFUSED);
    assertThat(outcome(line, null, null)).isEqualTo(NO_CERTIFICATE);
  }

  @Test
  void aCertificateIsAskedForBesidesAnotherProof() throws Exception {
    String ca = "hostssl all all all scram-sha-256 clientcert=verify-ca";
    String full = "hostssl all all all scram-sha-256 clientcert=verify-full";

    assertThat(outcome(ca, null, "bob")).isEqualTo("scram");
    assertThat(outcome(ca, null, null)).isEqualTo(NO_CERTIFICATE);
    assertThat(outcome(full, null, "alice")).isEqualTo("scram");
    assertThat(outcome(full, null, "bob"))
        .isEqualTo("28P01 password authentication failed for user \"alice\"");
  }

  @Test
  void theWholeNameIsCompared() throws Exception {
    String line = "hostssl all all all cert clientname=DN map=m";
    String subject = authority.client("a").certificate().getSubjectX500Principal().getName();
    String map = "m \"" + subject + "\" alice";

    assertThat(outcome(line, map, "a")).isEqualTo("trust");
    assertThat(outcome(line, map, "b")).isEqualTo(REFUSED);
  }

  @Test
  void aMapSaysWhoMayLogInAsWhom() throws Exception {
    String line = "hostssl all all all cert map=m";

    assertThat(outcome(line, "m bob alice", "bob")).isEqualTo("trust");
    assertThat(outcome(line, "m bob alice", "alice")).isEqualTo(REFUSED);
    assertThat(outcome(line, "m bob all", "bob")).isEqualTo("trust");
    assertThat(outcome(line, "m bob \"all\"", "bob")).isEqualTo(REFUSED);
    assertThat(outcome(line, "m bob /^al", "bob")).isEqualTo("trust");
    assertThat(outcome(line, "other bob alice\nm bob carol", "bob")).isEqualTo(REFUSED);
    assertThat(outcome(line, "m /^(.*)@example\\.com$ \\1", "alice@example.com"))
        .isEqualTo("trust");
    assertThat(outcome(line, "m /^(.*)@example\\.com$ \\1", "alice@example.org"))
        .isEqualTo(REFUSED);
    assertThat(outcome(line, "m /^(.*)@example\\.com$ \\1", "all@example.com")).isEqualTo(REFUSED);
    assertThat(outcome(line, "m /^(al|alice)(ice)?$ \\1", "alice")).isEqualTo("trust");
    // PostgreSQL looks no further where the group holds nothing.
    assertThat(outcome(line, "m /^(?:bob|x(.*))$ al\\1\nm bob alice", "bob")).isEqualTo(REFUSED);
  }

  @Test
  void aBrokenMapStopsTheStart() {
    String line = "hostssl all all all cert map=m";

    assertThatThrownBy(() -> outcome(line, "m bob", "bob"))
        .hasMessageEndingWith("pg_ident.conf:1: missing entry at end of line");
    assertThatThrownBy(() -> outcome(line, "m /bob \\1", "bob"))
        .hasMessageContaining("has no subexpressions");
    assertThatThrownBy(() -> outcome(line, "m /^([a-z])+$ \\1", "bob"))
        .hasMessageContaining(
            "pg_ident.conf:1: regular expression \"^([a-z])+$\": \\1 is of a group")
        .hasMessageEndingWith("such as ([a-z]+) for ([a-z])+)");
    assertThatThrownBy(() -> outcome(line, "m bob +staff", "bob"))
        .hasMessageContaining("who belongs to a role");
  }
}
