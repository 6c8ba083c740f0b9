package dev.postern.proxy.plugin;

import dev.postern.api.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;

/** The numbers that one instance shows. Safe for use by many threads. */
final class Metrics {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  private sealed interface Metric {
    String help();

    double value();
  }

  private record Counted(String help, LongAdder sum) implements Metric, Counter {
    @Override
    public void add(long amount) {
      if (amount < 0) {
        throw new IllegalArgumentException("amount: " + amount + " (expected: 0 or more)");
      }
      sum.add(amount);
    }

    @Override
    public double value() {
      return sum.sum();
    }
  }

  private record Gauge(String help, DoubleSupplier supplier) implements Metric {
    @Override
    public double value() {
      return supplier.getAsDouble();
    }
  }

  private final Map<String, Metric> metrics = new TreeMap<>();

  synchronized Counter counter(String name, String help) {
    check(name);
    return switch (metrics.computeIfAbsent(name, _ -> new Counted(help, new LongAdder()))) {
      case Counted counter -> counter;
      case Gauge _ -> throw taken(name);
    };
  }

  synchronized void gauge(String name, String help, DoubleSupplier value) {
    check(name);
    if (metrics.putIfAbsent(name, new Gauge(help, value)) != null) {
      throw taken(name);
    }
  }

  private static void check(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "metric \"%s\" (expected: lower-case letters, digits and underscores, at most 63)"
              .formatted(name));
    }
  }

  private static IllegalArgumentException taken(String name) {
    return new IllegalArgumentException("there is a metric \"" + name + "\" already");
  }

  /** As of now, by name; a gauge that fails is left out. */
  synchronized List<PluginMetric> read() {
    List<PluginMetric> read = new ArrayList<>();
    metrics.forEach(
        (name, metric) -> {
          try {
            read.add(new PluginMetric(name, metric.help(), metric.value()));
          } catch (Throwable e) {
            // The operator looks at the others.
          }
        });
    return read;
  }
}
