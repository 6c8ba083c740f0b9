package dev.postern.proxy.plugin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instance, as of now.
 *
 * @param name in the configuration
 * @param plugin its factory's name
 * @param jar where it came from
 * @param version of that jar, if it says one
 * @param apiLevel the plugin API that it was built for
 * @param inService whether new sessions get it; else it is needed by some that began with it
 * @param sessions how many those are; 0 of one in service
 * @param calls how often it was called
 * @param failures how often it failed
 * @param median how long half of its calls took at most, as far as they were measured
 * @param p99 how long 99 of 100 took at most
 * @param metrics its own numbers
 */
public record InstanceView(
    String name,
    String plugin,
    PluginKind kind,
    String jar,
    @Nullable String version,
    int apiLevel,
    boolean inService,
    int sessions,
    Instant createdAt,
    long calls,
    long failures,
    Duration median,
    Duration p99,
    List<PluginMetric> metrics) {

  static InstanceView of(Instance<?> instance, boolean inService, int sessions) {
    var factory = instance.wanted().factory();
    Calls calls = instance.calls();
    return new InstanceView(
        instance.name(),
        factory.name(),
        factory.kind(),
        factory.archive().shown(),
        factory.archive().archive().version(),
        factory.archive().archive().apiLevel(),
        inService,
        sessions,
        instance.createdAt(),
        calls.number(),
        calls.failures(),
        Duration.ofNanos(calls.percentile(0.5)),
        Duration.ofNanos(calls.percentile(0.99)),
        instance.context().metrics());
  }
}
