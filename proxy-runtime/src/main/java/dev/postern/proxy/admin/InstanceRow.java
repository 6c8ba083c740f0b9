package dev.postern.proxy.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instance of a plugin.
 *
 * @param name in the configuration
 * @param kind {@code authenticator}, {@code router} or {@code interceptor}
 * @param jar where it came from
 * @param api the plugin API that it was built for
 * @param state {@code in service}, or {@code leaving}: needed by sessions that began with it
 * @param sessions how many those are; 0 of one in service
 * @param calls how often it was called
 * @param failures how often it failed
 * @param median how long half of the calls took at most; one of sixteen is measured
 * @param p99 how long 99 of 100 took at most
 * @param metrics the plugin's own numbers
 */
public record InstanceRow(
    String name,
    String plugin,
    String kind,
    String jar,
    @Nullable String version,
    int api,
    String state,
    int sessions,
    Instant createdAt,
    long calls,
    long failures,
    Duration median,
    Duration p99,
    List<Metric> metrics) {

  /**
   * A plugin's own number.
   *
   * @param help what it is, with its unit
   */
  public record Metric(String name, double value, String help) {
    @Override
    public String toString() {
      String text =
          value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
      return name + " " + text;
    }
  }
}
