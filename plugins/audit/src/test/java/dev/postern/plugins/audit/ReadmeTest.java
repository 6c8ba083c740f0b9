package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DataSize;
import dev.postern.api.Secret;
import dev.postern.proxy.audit.AuditFiles;
import dev.postern.proxy.audit.AuditKeys;
import dev.postern.proxy.audit.AuditReport;
import dev.postern.proxy.audit.AuditVerifier;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.spi.ReadmeExample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's examples are what Postern accepts and checks, and mean what it says. */
final class ReadmeTest {
  /** The part of the configuration file that the example shows. */
  public record Example(List<PluginInstanceConfig> interceptors) {}

  @TempDir Path home;

  @Test
  void theExampleIsAcceptedAndShowsTheDefaults() throws Exception {
    String key = "k".repeat(64);
    Path file = Files.createDirectory(home.resolve("conf")).resolve("audit.key");
    Files.writeString(file, key + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Binder binder = new Binder(home, Map.of());
    Example example = binder.bind(ReadmeExample.yaml(), Example.class);
    PluginInstanceConfig instance = example.interceptors().getFirst();
    assertThat(instance.plugin()).isEqualTo(new AuditFactory().name());

    AuditConfig config = binder.bind(instance.config(), AuditConfig.class);

    AuditConfig defaults = AuditConfig.in(home.resolve("logs/audit"));
    assertThat(config)
        .isEqualTo(
            new AuditConfig(
                home.resolve("logs/audit"),
                Secret.ofPassword(key.toCharArray()),
                Sync.INTERVAL,
                defaults.effectiveSyncInterval(),
                OnFailure.REFUSE,
                defaults.effectiveHoldLimit(),
                new DataSize(defaults.effectiveQueue()),
                new RotationConfig(
                    new DataSize(defaults.effectiveRotate().effectiveSize()),
                    defaults.effectiveRotate().effectiveAge()),
                new RetentionConfig(Duration.ofDays(90), DataSize.parse("20GiB")),
                List.of(Kind.LOGINS, Kind.STATEMENTS, Kind.RESULTS, Kind.FUNCTIONS, Kind.ENDS),
                List.of(StatementClass.values()),
                new NameFilter(null, List.of("monitoring", "probe_*")),
                new NameFilter(List.of("*"), null),
                defaults.effectiveKeepLiterals(),
                defaults.effectiveKeepParameters(),
                List.of(new RedactionRule("(?i)tenant_[0-9]+", "tenant_N")),
                defaults.effectiveMaxLength(),
                defaults.effectiveSizes()));
    assertThat(config.toString()).doesNotContain(key);
  }

  @Test
  void theLogIsWholeAndEndsAsTheCheckSays() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    Path file = home.resolve("audit-00000001.jsonl");
    Files.writeString(file, between(readme, "```json\n", "```"));

    AuditReport report = verify(file);

    assertThat(report.findings()).isEmpty();
    AuditReport.End last = Objects.requireNonNull(report.last());
    assertThat(readme).contains("--expect-last " + last.seq() + ":" + last.hash() + "\n");

    Files.writeString(file, Files.readString(file).replace("SELECT name", "SELECT secret"));
    assertThat(verify(file).findings())
        .singleElement()
        .satisfies(finding -> assertThat(readme).contains('`' + finding.toString() + '`'));
  }

  private static AuditReport verify(Path file) throws Exception {
    return new AuditVerifier(new AuditFiles(List.of(file), null), AuditKeys.read(List.of()), null)
        .verify();
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }
}
