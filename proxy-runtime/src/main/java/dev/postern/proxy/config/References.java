package dev.postern.proxy.config;

import dev.postern.api.Secret;
import dev.postern.proxy.config.ConfigNode.Mapping;
import dev.postern.proxy.config.ConfigNode.Nothing;
import dev.postern.proxy.config.ConfigNode.Scalar;
import dev.postern.proxy.config.ConfigNode.Sequence;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Values that stand elsewhere: a secret in a file or an environment variable, anything else in an
 * environment variable. What could be a secret, written in the wrong place, is never quoted.
 */
final class References {
  private static final Pattern VARIABLE = Pattern.compile("[A-Z_][A-Z0-9_]*");
  private static final String HOW =
      "a secret has to be {file: PATH} or {env: NAME}; it is never written here";

  private final Path home;
  private final Map<String, String> environment;
  private final Problems problems;

  References(Path home, Map<String, String> environment, Problems problems) {
    this.home = home;
    this.environment = environment;
    this.problems = problems;
  }

  @Nullable Secret secret(ConfigNode node) {
    if (!(node instanceof Mapping mapping)
        || mapping.entries().size() != 1
        || !Set.of("file", "env").contains(mapping.entries().firstEntry().getKey())
        || !(mapping.entries().firstEntry().getValue().value() instanceof Scalar target)) {
      problems.add(node.location(), HOW);
      return null;
    }
    if (mapping.entries().containsKey("env")) {
      String value = variable(target);
      return value == null ? null : Secret.ofPassword(value.toCharArray());
    }
    return file(target);
  }

  private @Nullable Secret file(Scalar target) {
    byte[] content = {};
    try {
      content = PrivateFile.read(home.resolve(target.text()));
      int length = content.length;
      // Editors and echo end a file with a newline that nobody means as part of a password.
      if (length > 0 && content[length - 1] == '\n') {
        length -= length > 1 && content[length - 2] == '\r' ? 2 : 1;
      }
      if (length == 0) {
        problems.add(target.location(), "the file is empty");
        return null;
      }
      byte[] trimmed = Arrays.copyOf(content, length);
      Secret secret = Secret.copyOf(trimmed);
      Arrays.fill(trimmed, (byte) 0);
      return secret;
    } catch (FileSystemException e) {
      String reason = e.getReason() == null ? "not readable" : e.getReason();
      problems.add(target.location(), Shown.quoted(target.text()) + ": " + reason);
    } catch (IOException | InvalidPathException e) {
      problems.add(target.location(), Shown.quoted(target.text()) + ": not readable");
    } finally {
      Arrays.fill(content, (byte) 0);
    }
    return null;
  }

  /**
   * The text that a node stands for: its own, or that of {@code {env: NAME}}, which may bring a
   * {@code default}.
   */
  @Nullable Scalar scalar(ConfigNode node, Class<?> type) {
    if (node instanceof Scalar scalar) {
      return scalar;
    }
    switch (node) {
      case Mapping mapping when isReference(mapping) -> {
        Scalar name = (Scalar) mapping.entries().firstEntry().getValue().value();
        if (mapping.get("default") instanceof Scalar otherwise
            && !environment.containsKey(name.text())) {
          return otherwise;
        }
        String value = variable(name);
        return value == null ? null : new Scalar(node.location(), value, true);
      }
      case Nothing _ ->
          problems.add(node.location(), "missing (expected: " + Scalars.describe(type) + ")");
      case Mapping _, Sequence _, Scalar _ ->
          problems.add(
              node.location(), Scalars.found(node) + " (expected: " + Scalars.describe(type) + ")");
    }
    return null;
  }

  private static boolean isReference(Mapping mapping) {
    return mapping.get("env") instanceof Scalar
        && (mapping.entries().size() == 1
            || (mapping.entries().size() == 2 && mapping.get("default") instanceof Scalar));
  }

  private @Nullable String variable(Scalar name) {
    if (!VARIABLE.matcher(name.text()).matches()) {
      problems.add(
          name.location(),
          "not the name of an environment variable (expected: upper-case letters, digits and _)");
      return null;
    }
    String value = environment.get(name.text());
    if (value == null || value.isEmpty()) {
      problems.add(
          name.location(),
          "environment variable "
              + Shown.line(name.text())
              + (value == null ? " is not set" : " is empty"));
      return null;
    }
    return value;
  }
}
