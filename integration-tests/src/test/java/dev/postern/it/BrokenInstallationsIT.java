package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.it.Breakage.Moment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is broken of the plugins and their configuration, the operator reads one line that says
 * where, what and what to do; and a Postern that serves goes on with what it has.
 */
@SuppressWarnings("NullAway.Init") // before all
final class BrokenInstallationsIT {
  @TempDir static Path made;
  @TempDir static Path configured;

  /** A login costs more than all the rest: one for so many cases. */
  private static final int LOGINS = 8;

  private static int logins;
  private static BreakableInstallation ofJars;
  private static BreakableInstallation ofSettings;

  @BeforeAll
  static void serve() throws Exception {
    BreakableInstallation.createRole();
    ofJars =
        new BreakableInstallation(
            made,
            BreakableInstallation.LISTENERS
                + BreakableInstallation.AUTHENTICATOR
                + BreakableInstallation.router()
                + "interceptors: [{plugin: made}]\n",
            BrokenSettings.FEW);
    ofSettings =
        new BreakableInstallation(
            configured, BrokenSettings.yaml("scram", ""), BrokenSettings.PLUGINS);
  }

  @AfterAll
  static void stop() {
    ofJars.close();
    ofSettings.close();
  }

  static Stream<Breakage> jars() throws Exception {
    return Stream.concat(BrokenJars.all().stream(), BrokenFactories.all().stream());
  }

  static Stream<Breakage> settings() {
    return BrokenSettings.all().stream();
  }

  @ParameterizedTest
  @MethodSource("jars")
  void aBrokenJarEndsInOneMessageAndChangesNothing(Breakage breakage) throws Exception {
    assertToldAndLeft(ofJars, breakage);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aBrokenConfigurationEndsInOneMessageAndChangesNothing(Breakage breakage) throws Exception {
    assertToldAndLeft(ofSettings, breakage);
  }

  private static void assertToldAndLeft(BreakableInstallation installation, Breakage breakage)
      throws Exception {
    List<Instant> before = installation.inService();
    try {
      breakage.deed().to(installation);
      if (breakage.seenBy(Moment.CHECK)) {
        assertTold(breakage, installation.check());
      }
      assertTold(breakage, installation.start());
      if (breakage.seenBy(Moment.RELOAD)) {
        assertTold(breakage, installation.reload());
        assertThat(installation.inService()).isEqualTo(before);
      }
    } finally {
      if (installation == ofJars) {
        installation.repair();
      } else {
        installation.repairConfiguration();
      }
    }
    if (logins++ % LOGINS == 0) {
      assertThat(installation.ask()).isEqualTo("served");
    }
  }

  private static void assertTold(Breakage breakage, @Nullable String message) {
    assertThat(message)
        .isNotNull()
        .contains(breakage.told())
        .doesNotContainPattern("\\p{Cntrl}")
        .doesNotContain("@", "failed with dev.postern")
        .doesNotContainPattern(": null\\b")
        .hasSizeLessThan(1000)
        .matches("\\S.*: .*(\\(.*\\)|expected .*)");
  }

  /** Of each kind of broken jars one: a process takes a second. */
  static Stream<Breakage> jarsOfAllKinds() throws Exception {
    String thrown = "throw new IllegalStateException(\"on purpose\");";
    Set<String> names =
        Set.of(
            "a text named .jar",
            "no manifest",
            "a jar for the API 2",
            "without Factory$Config",
            "classes of version 70",
            "constructor: " + thrown,
            "create: " + thrown,
            "two plugins of one name");
    List<Breakage> found = jars().filter(breakage -> names.contains(breakage.name())).toList();
    assertThat(found).extracting(Breakage::name).containsExactlyInAnyOrderElementsOf(names);
    return found.stream();
  }

  @ParameterizedTest
  @MethodSource("jarsOfAllKinds")
  void theCommandsSayItOnStandardErrorAndExitWithTheCodeForIt(Breakage breakage) throws Exception {
    // The store in home is that of the Postern that serves.
    Map<String, String> elsewhere = Map.of("POSTERN_DATA", made.resolve("elsewhere").toString());
    try {
      breakage.deed().to(ofJars);

      assertRefused(breakage, PosternCommand.run(made, elsewhere, "run"));
      PosternCommand.Result check = PosternCommand.run(made, elsewhere, "config", "check");
      if (breakage.seenBy(Moment.CHECK)) {
        assertRefused(breakage, check);
      } else {
        assertThat(check.exitCode()).isZero();
      }
    } finally {
      ofJars.repair();
    }
  }

  private static void assertRefused(Breakage breakage, PosternCommand.Result result) {
    assertThat(result.errors()).hasSize(1).allMatch(line -> line.startsWith("postern: "));
    assertTold(breakage, result.errors().getFirst().substring("postern: ".length()));
    assertThat(result.exitCode()).isEqualTo(78);
  }

  @Test
  void onceRepairedTheyAreReloaded() {
    List<Instant> before = ofSettings.inService();
    assertThat(ofSettings.reload()).isNull();
    assertThat(ofSettings.inService()).doesNotContainAnyElementsOf(before);
    assertThat(ofSettings.ask()).isEqualTo("served");
  }

  @Test
  void thereAreMoreThanAHundred() throws Exception {
    assertThat(Stream.concat(jars(), settings()).map(Breakage::name).distinct().count())
        .isGreaterThan(200);
  }
}
