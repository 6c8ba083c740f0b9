package dev.postern.plugins.rules;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} section of the plugin. Either {@code file} or {@code rules} is there.
 *
 * @param file in the form of {@code pg_hba.conf}
 * @param rules its lines, in place of a file
 * @param methods which authenticator of the configuration proves what a method asks for; {@code
 *     null}: only lines with {@code trust}, {@code reject} and {@code cert} can be used
 * @param identFile in the form of {@code pg_ident.conf}; {@code null}: no maps
 * @param lookupTimeout how long a login may wait for the client's host name; {@code null}: 2 s
 */
public record RulesConfig(
    @Nullable Path file,
    @Nullable List<String> rules,
    @Nullable Map<String, String> methods,
    @Nullable Path identFile,
    @Nullable Duration lookupTimeout) {
  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration LONGEST_LOOKUP = Duration.ofSeconds(30);

  public RulesConfig {
    rules = rules == null ? null : List.copyOf(rules);
    methods = methods == null ? null : Map.copyOf(methods);
    if ((file == null) == (rules == null)) {
      throw new IllegalArgumentException(
          "file and rules: %s (expected: one of the two)"
              .formatted(file == null ? "neither is there" : "both are there"));
    }
    if (methods != null) {
      methods.forEach(RulesConfig::checkMethod);
    }
    if (lookupTimeout != null
        && (lookupTimeout.compareTo(Duration.ofMillis(1)) < 0
            || lookupTimeout.compareTo(LONGEST_LOOKUP) > 0)) {
      throw new IllegalArgumentException("lookupTimeout: out of range (expected: 1ms..30s)");
    }
  }

  private static void checkMethod(String method, String authenticator) {
    if (Methods.OWN.contains(method)) {
      throw new IllegalArgumentException("methods: " + method + " needs no authenticator");
    }
    if (!Methods.DELEGATED.contains(method)) {
      throw new IllegalArgumentException(
          "methods: %s (expected: %s)".formatted(method, String.join(", ", Methods.DELEGATED)));
    }
    if (authenticator.isBlank()) {
      throw new IllegalArgumentException("methods: " + method + ": no authenticator");
    }
  }

  Map<String, String> effectiveMethods() {
    return methods == null ? Map.of() : methods;
  }

  Duration effectiveLookupTimeout() {
    return lookupTimeout == null ? LOOKUP_TIMEOUT : lookupTimeout;
  }
}
