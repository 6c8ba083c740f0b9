package dev.postern.proxy.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Collects what is wrong. One thread. */
final class Problems {
  private final List<Problem> found = new ArrayList<>();

  void add(Location location, String message) {
    found.add(new Problem(location, message));
  }

  /** Adds those at whose path nothing is wrong yet: the others only follow from what is known. */
  void addNew(List<Problem> problems) {
    Set<String> known =
        found.stream().map(problem -> problem.location().path()).collect(Collectors.toSet());
    problems.stream()
        .filter(problem -> !known.contains(problem.location().path()))
        .forEach(found::add);
  }

  int count() {
    return found.size();
  }

  void throwIfAny() throws ConfigurationException {
    if (!found.isEmpty()) {
      throw toException();
    }
  }

  /** All that was found, in the order of the file. */
  ConfigurationException toException() {
    Comparator<Problem> byPosition =
        Comparator.<Problem>comparingInt(problem -> problem.location().line())
            .thenComparingInt(problem -> problem.location().column());
    return new ConfigurationException(found.stream().sorted(byPosition).toList());
  }
}
