package dev.postern.plugins.audit;

import dev.postern.api.DataSize;
import dev.postern.api.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} section of the plugin.
 *
 * @param directory of the log's files and nothing else; {@code null}: the instance's data directory
 * @param key with which records are hashed, 32 bytes or more; {@code null}: anybody can compute the
 *     hashes
 * @param sync when records are brought to the disk; {@code null}: {@code interval}
 * @param syncInterval how often, 10ms to 1m; {@code null}: 1s
 * @param onFailure what becomes of statements while nothing can be recorded; {@code null}: {@code
 *     refuse}
 * @param holdLimit how long a statement is held for the log, 100ms to 15s, less than {@code
 *     timeouts.interceptor}; {@code null}: 10s
 * @param queue what may wait to be written, 64KiB to 1GiB; {@code null}: 16MiB
 * @param rotate when the next file is begun
 * @param retain which files are removed; {@code null}: none
 * @param kinds what is recorded; {@code null}: everything
 * @param classes which statements are recorded; {@code null}: all
 * @param users whose sessions and logins; {@code null}: everybody's
 * @param databases sessions and logins to which databases; {@code null}: to all
 * @param keepLiterals whether the values in statements stay; {@code null}: no
 * @param keepParameters whether values that are bound are recorded; {@code null}: no
 * @param redact what else is not shown; {@code null}: nothing
 * @param maxLength how many characters of a statement, and of a value, are kept, 1 to {@value
 *     #MAX_LENGTH_LIMIT}; {@code null}: {@value #MAX_LENGTH}
 * @param sizes whether the bytes of results and COPY are counted; {@code null}: yes
 */
public record AuditConfig(
    @Nullable Path directory,
    @Nullable Secret key,
    @Nullable Sync sync,
    @Nullable Duration syncInterval,
    @Nullable OnFailure onFailure,
    @Nullable Duration holdLimit,
    @Nullable DataSize queue,
    @Nullable RotationConfig rotate,
    @Nullable RetentionConfig retain,
    @Nullable List<Kind> kinds,
    @Nullable List<StatementClass> classes,
    @Nullable NameFilter users,
    @Nullable NameFilter databases,
    @Nullable Boolean keepLiterals,
    @Nullable Boolean keepParameters,
    @Nullable List<RedactionRule> redact,
    @Nullable Integer maxLength,
    @Nullable Boolean sizes) {
  static final int MAX_LENGTH = 65_536;
  static final int MAX_LENGTH_LIMIT = 1_000_000;
  static final int MIN_KEY_LENGTH = 32;

  public AuditConfig {
    require(key == null || lengthOf(key) >= MIN_KEY_LENGTH, "key: less than 32 bytes");
    require(within(syncInterval, 10, 60_000), "syncInterval: out of range (expected: 10ms..1m)");
    require(within(holdLimit, 100, 15_000), "holdLimit: out of range (expected: 100ms..15s)");
    require(
        queue == null || (queue.bytes() >= 64 << 10 && queue.bytes() <= 1 << 30),
        "queue: " + queue + " (expected: 64KiB..1GiB)");
    kinds = kinds == null ? null : List.copyOf(kinds);
    require(kinds == null || !kinds.isEmpty(), "kinds: empty (expected: one or more)");
    classes = classes == null ? null : List.copyOf(classes);
    require(classes == null || !classes.isEmpty(), "classes: empty (expected: one or more)");
    redact = redact == null ? null : List.copyOf(redact);
    require(
        maxLength == null || (maxLength >= 1 && maxLength <= MAX_LENGTH_LIMIT),
        "maxLength: " + maxLength + " (expected: 1.." + MAX_LENGTH_LIMIT + ")");
  }

  private static void require(boolean right, String problem) {
    if (!right) {
      throw new IllegalArgumentException(problem);
    }
  }

  private static boolean within(@Nullable Duration value, long minMillis, long maxMillis) {
    return value == null
        || (value.compareTo(Duration.ofMillis(minMillis)) >= 0
            && value.compareTo(Duration.ofMillis(maxMillis)) <= 0);
  }

  private static int lengthOf(Secret key) {
    byte[] copy = key.toByteArray();
    java.util.Arrays.fill(copy, (byte) 0);
    return copy.length;
  }

  /** With every default. */
  static AuditConfig in(Path directory) {
    return new AuditConfig(
        directory, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null);
  }

  boolean syncsEach() {
    return sync == Sync.EACH;
  }

  Duration effectiveSyncInterval() {
    return syncInterval == null ? Duration.ofSeconds(1) : syncInterval;
  }

  boolean refuses() {
    return onFailure != OnFailure.CONTINUE;
  }

  Duration effectiveHoldLimit() {
    return holdLimit == null ? Duration.ofSeconds(10) : holdLimit;
  }

  long effectiveQueue() {
    return (queue == null ? DataSize.ofMebibytes(16) : queue).bytes();
  }

  RotationConfig effectiveRotate() {
    return rotate == null ? new RotationConfig(null, null) : rotate;
  }

  RetentionConfig effectiveRetain() {
    return retain == null ? new RetentionConfig(null, null) : retain;
  }

  Set<Kind> effectiveKinds() {
    return kinds == null ? EnumSet.allOf(Kind.class) : EnumSet.copyOf(kinds);
  }

  Set<StatementClass> effectiveClasses() {
    return classes == null ? EnumSet.allOf(StatementClass.class) : EnumSet.copyOf(classes);
  }

  boolean effectiveKeepLiterals() {
    return keepLiterals != null && keepLiterals;
  }

  boolean effectiveKeepParameters() {
    return keepParameters != null && keepParameters;
  }

  List<RedactionRule> effectiveRedact() {
    return redact == null ? List.of() : redact;
  }

  int effectiveMaxLength() {
    return maxLength == null ? MAX_LENGTH : maxLength;
  }

  boolean effectiveSizes() {
    return sizes == null || sizes;
  }

  boolean wants(String user, String database) {
    return (users == null || users.accepts(user))
        && (databases == null || databases.accepts(database));
  }
}
