package dev.postern.proxy.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a running Postern is.
 *
 * @param draining whether nobody is let in any more
 * @param transport {@code io_uring}, {@code epoll} or {@code nio}
 * @param tlsProvider {@code boringssl} or {@code jdk}; {@code null} while nothing has needed TLS
 * @param listeners where clients connect
 * @param sessions how many relay
 * @param logins how many connections have not logged in yet
 * @param cluster {@code null} where it is not one of several
 */
public record ProxyStatus(
    String version,
    long pid,
    Instant startedAt,
    boolean draining,
    String transport,
    int eventLoops,
    @Nullable String tlsProvider,
    List<String> listeners,
    int sessions,
    int logins,
    @Nullable ClusterRow cluster) {}
