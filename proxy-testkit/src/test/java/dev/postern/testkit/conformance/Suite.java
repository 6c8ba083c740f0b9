package dev.postern.testkit.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/** Runs a suite as JUnit would, and says which of its tests fail. */
final class Suite {
  private Suite() {}

  /** The name and the complaint of each test that fails, in their order. */
  static List<String> failures(Stream<? extends DynamicNode> tests) {
    List<String> failures = new ArrayList<>();
    try (tests) {
      tests.forEach(node -> run(node, failures));
    }
    return failures;
  }

  /** Of one container some tests only. */
  static List<String> failures(
      Stream<? extends DynamicNode> tests, String container, String... names) {
    List<String> failures = new ArrayList<>();
    try (tests) {
      tests
          .filter(node -> node.getDisplayName().equals(container))
          .flatMap(node -> ((DynamicContainer) node).getChildren())
          .filter(test -> List.of(names).contains(test.getDisplayName()))
          .forEach(test -> run(test, failures));
    }
    return failures;
  }

  private static void run(DynamicNode node, List<String> failures) {
    switch (node) {
      case DynamicContainer container ->
          container.getChildren().forEach(child -> run(child, failures));
      case DynamicTest test -> {
        try {
          test.getExecutable().execute();
        } catch (Throwable e) {
          failures.add(test.getDisplayName() + ": " + e);
        }
      }
      default -> throw new IllegalStateException("unknown: " + node);
    }
  }
}
