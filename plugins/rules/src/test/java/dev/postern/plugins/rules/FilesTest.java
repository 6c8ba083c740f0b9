package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.spi.FakePluginContext;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FilesTest {
  @TempDir Path home;

  private final FakePluginContext context = FakePluginContext.named("rules");
  private Path file = Path.of("pg_hba.conf");

  @BeforeEach
  void resolve() {
    file = home.resolve("pg_hba.conf");
  }

  @Test
  void listsStandInFilesOfTheirOwn() throws Exception {
    Files.writeString(home.resolve("admins"), "# those\nbob, \"carol x\"\n@more\n");
    Files.writeString(home.resolve("more"), "dave");
    Files.writeString(file, "host all alice,@admins all trust");
    var rules = Setup.file(file, null, context);

    for (String user : new String[] {"alice", "bob", "carol x", "dave"}) {
      assertThat(Setup.outcome(rules, "192.0.2.7", user, "app")).isEqualTo("trust");
    }
    assertThat(Setup.outcome(rules, "192.0.2.7", "erin", "app")).startsWith("28000");
  }

  @Test
  void includedLinesStandWhereTheyAreIncluded() throws Exception {
    Files.createDirectory(home.resolve("rules.d"));
    Files.writeString(home.resolve("rules.d/20.conf"), "host all all all trust");
    Files.writeString(home.resolve("rules.d/10.conf"), "host all bob all reject");
    Files.writeString(home.resolve("rules.d/05.txt"), "host all carol all reject");
    Files.writeString(home.resolve("first"), "host all alice all reject");
    Files.writeString(file, "include first\ninclude_if_exists absent\ninclude_dir rules.d\n");
    var rules = Setup.file(file, null, context);

    assertThat(Setup.outcome(rules, "192.0.2.7", "alice", "app")).contains("rejects");
    assertThat(Setup.outcome(rules, "192.0.2.7", "bob", "app")).contains("rejects");
    assertThat(Setup.outcome(rules, "192.0.2.7", "carol", "app")).isEqualTo("trust");
  }

  @Test
  void aChangedFileIsForNewLogins() throws Exception {
    Files.writeString(home.resolve("admins"), "alice");
    Files.writeString(file, "host all @admins all trust");
    var rules = Setup.file(file, null, context);

    Files.writeString(home.resolve("admins"), "bob");
    context.changed(home.resolve("admins"));

    assertThat(Setup.outcome(rules, "192.0.2.7", "alice", "app")).startsWith("28000");
    assertThat(Setup.outcome(rules, "192.0.2.7", "bob", "app")).isEqualTo("trust");
  }

  @Test
  void aFileThatAppearsIsRead() throws Exception {
    Files.writeString(file, "include_if_exists more\nhost all all all trust");
    var rules = Setup.file(file, null, context);

    Files.writeString(home.resolve("more"), "host all all all reject");
    context.changed(home.resolve("more"));

    assertThat(Setup.outcome(rules, "192.0.2.7", "alice", "app")).contains("rejects");
  }

  @Test
  void aBrokenFileLeavesTheOldRulesInServiceUntilItIsMended() throws Exception {
    Files.writeString(file, "host all alice all trust");
    var rules = Setup.file(file, null, context);

    Files.writeString(file, "include later");
    context.changed(file);
    assertThat(Setup.outcome(rules, "192.0.2.7", "alice", "app")).isEqualTo("trust");

    Files.writeString(home.resolve("later"), "host all alice all reject");
    context.changed(home.resolve("later"));
    assertThat(Setup.outcome(rules, "192.0.2.7", "alice", "app")).contains("rejects");
  }
}
