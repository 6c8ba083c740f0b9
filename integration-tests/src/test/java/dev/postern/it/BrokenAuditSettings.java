package dev.postern.it;

import static dev.postern.it.BrokenSettings.later;
import static dev.postern.it.BrokenSettings.wrong;

import dev.postern.it.Breakage.Moment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Settings of the plugin audit, each wrong in one thing, places where no log can be, and logs that
 * cannot be gone on with. None of it is a matter of permissions, which root has.
 */
final class BrokenAuditSettings {
  private static final String PLUGIN = "audit";
  private static final String ZEROES = "0".repeat(64);
  private static final String HEADER =
      "{\"seq\":1,\"time\":\"%s\",\"kind\":\"file\",\"cause\":\"first\",\"format\":1,"
          + "\"log\":\"x\",\"file\":1,\"prev\":\"%s\",\"hash\":\"%s\"}%n";

  private BrokenAuditSettings() {}

  static List<Breakage> all() {
    return Stream.of(values(), keys(), places(), logs()).flatMap(List::stream).toList();
  }

  private static List<Breakage> values() {
    return List.of(
        wrong(PLUGIN, "directory: [logs]", "directory: a list (expected: "),
        wrong(PLUGIN, "sync: always", "sync: always (expected: "),
        wrong(PLUGIN, "sync-interval: often", "sync-interval: often (expected: "),
        wrong(PLUGIN, "sync-interval: 9ms", "sync-interval: out of range (expected: 10ms..1m)"),
        wrong(PLUGIN, "sync-interval: 61s", "sync-interval: out of range (expected: 10ms..1m)"),
        wrong(PLUGIN, "on-failure: stop", "on-failure: stop (expected: "),
        wrong(PLUGIN, "hold-limit: 99ms", "hold-limit: out of range (expected: 100ms..15s)"),
        wrong(PLUGIN, "hold-limit: 16s", "hold-limit: out of range (expected: 100ms..15s)"),
        wrong(PLUGIN, "queue: 1KiB", "queue: 1KiB (expected: 64KiB..1GiB)"),
        wrong(PLUGIN, "queue: lots", "queue: lots (expected: "),
        wrong(PLUGIN, "rotate: daily", "rotate: a single value (expected: the keys "),
        wrong(PLUGIN, "rotate: {size: 1KiB}", "rotate.size: 1KiB (expected: 4KiB"),
        wrong(PLUGIN, "rotate: {age: 1ms}", "rotate.age: less than a second"),
        wrong(PLUGIN, "rotate: {every: 1d}", "rotate.every: unknown setting"),
        wrong(PLUGIN, "retain: {age: 999ms}", "retain.age: less than a second"),
        wrong(PLUGIN, "retain: {size: 100}", "retain.size: "),
        wrong(PLUGIN, "retain: {files: 5}", "retain.files: unknown setting"),
        wrong(PLUGIN, "kinds: []", "kinds: empty (expected: one or more)"),
        wrong(PLUGIN, "kinds: [queries]", "kinds[0]: queries (expected: "),
        wrong(PLUGIN, "kinds: logins", "kinds: a single value (expected: "),
        wrong(PLUGIN, "classes: []", "classes: empty (expected: one or more)"),
        wrong(PLUGIN, "classes: [reads, selects]", "classes[1]: selects (expected: "),
        wrong(PLUGIN, "users: [alice]", "users: a list (expected: "),
        wrong(PLUGIN, "users: {includes: [a]}", "users.includes: unknown setting"),
        wrong(PLUGIN, "databases: 5", "databases: a single value (expected: "),
        wrong(PLUGIN, "keep-literals: perhaps", "keep-literals: perhaps (expected: "),
        wrong(PLUGIN, "keep-parameters: 2", "keep-parameters: 2 (expected: "),
        wrong(PLUGIN, "redact: {pattern: a}", "redact: keys with values (expected: "),
        wrong(PLUGIN, "redact: [{replacement: x}]", "redact[0].pattern: missing"),
        wrong(PLUGIN, "redact: [{pattern: \"(\"}]", "redact[0].pattern: not a regular expression"),
        wrong(PLUGIN, "max-length: 0", "max-length: 0 (expected: 1..1000000)"),
        wrong(PLUGIN, "max-length: many", "max-length: many (expected: a whole number)"),
        wrong(PLUGIN, "sizes: some", "sizes: some (expected: "));
  }

  private static List<Breakage> keys() {
    return List.of(
        wrong(PLUGIN, "key: 0123456789abcdef0123456789abcdef", "key"),
        wrong(PLUGIN, "key: {file: conf/no.key}", "key", "no.key"),
        wrong(PLUGIN, "key: {file: conf}", "key", "conf", "not a file"),
        wrong(PLUGIN, "key: {env: POSTERN_TEST_NOT_SET}", "POSTERN_TEST_NOT_SET"),
        key("a key that is too short", "rw-------", "short", "key: less than 32 bytes"),
        key("a key that is empty", "rw-------", "", "key"),
        key("a key that others can read", "rw-r--r--", "k".repeat(64), "chmod 600"));
  }

  private static Breakage key(String name, String permissions, String key, String... told) {
    return Breakage.of(
        "audit: " + name,
        home -> {
          Path file = home.conf("audit.key");
          Files.writeString(file, key);
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
          home.write(BrokenSettings.yaml(PLUGIN, "key: {file: conf/audit.key}"));
        },
        told);
  }

  /** Places of no log. */
  private static List<Breakage> places() {
    List<Breakage> places = new ArrayList<>();
    places.add(later(PLUGIN, "directory: conf/postern.yaml", "conf/postern.yaml"));
    places.add(later(PLUGIN, "directory: conf/postern.yaml/audit", "conf/postern.yaml"));
    places.add(later(PLUGIN, "directory: /proc/postern-audit", "/proc/postern-audit"));
    for (String taken : List.of("lock", "audit-00000001.jsonl", "anchor.json.new")) {
      places.add(
          prepared(
              "a directory where its file %s is to be".formatted(taken),
              log -> Files.createDirectory(log.resolve(taken)),
              taken));
    }
    places.add(
        prepared(
            "a link to nowhere in its place",
            log -> Files.createSymbolicLink(log.resolve("lock"), Path.of("/proc/postern/lock")),
            "lock"));
    places.add(
        new Breakage(
            "audit: the log of a Postern that serves",
            home -> home.write(BrokenSettings.yaml(PLUGIN, "directory: data/plugins/audit")),
            EnumSet.of(Moment.START), // the one that serves may go on with its own
            List.of("data/plugins/audit: another Postern writes its audit log there")));
    return places;
  }

  /** Logs that are there and cannot be gone on with. */
  private static List<Breakage> logs() {
    String header = HEADER.formatted("2026-01-01T00:00:00Z", ZEROES, ZEROES);
    String timeless = HEADER.formatted("yesterday", ZEROES, ZEROES);
    String advice = "look at it with \"postern audit verify\", and move it away to begin a new log";
    return List.of(
        log("an anchor and no log", "", anchor(5), "there is an anchor and no file", advice),
        log("a log without its anchor", header, "", "the anchor is missing", advice),
        log("a log of something else", "# notes\n", anchor(1), "ends in what is no record", advice),
        log("a log that lacks its end", header, anchor(9), "and the anchor names record 9", advice),
        log("another log's anchor", header, anchor(1), "the anchor names another record 1", advice),
        log("an anchor of something else", header, "{}", "the anchor cannot be read", advice),
        log("a log of no time", timeless, anchor(1), "ends in what is no record", advice));
  }

  private static String anchor(long seq) {
    return "{\"seq\":%d,\"hash\":\"%s\"}".formatted(seq, "1".repeat(64));
  }

  private static Breakage log(String name, String file, String anchor, String... told) {
    return prepared(
        name,
        log -> {
          if (!file.isEmpty()) {
            Files.writeString(log.resolve("audit-00000001.jsonl"), file);
          }
          if (!anchor.isEmpty()) {
            Files.writeString(log.resolve("anchor.json"), anchor);
          }
        },
        told);
  }

  /** Prepares a directory. */
  @FunctionalInterface
  private interface Preparation {
    void of(Path log) throws IOException;
  }

  private static Breakage prepared(String name, Preparation preparation, String... told) {
    String place = "logs/" + name.replace(' ', '-');
    return Breakage.later(
        "audit: " + name,
        home -> {
          preparation.of(Files.createDirectories(home.path(place)));
          home.write(BrokenSettings.yaml(PLUGIN, "directory: " + place));
        },
        told);
  }
}
