package dev.postern.plugins.staticroutes;

import dev.postern.api.Glob;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.session.TlsInfo;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A {@link MatchConfig}, ready to be asked; {@code null} accepts everything. */
record Criteria(
    @Nullable Glob database,
    @Nullable Glob user,
    @Nullable Glob sni,
    @Nullable Glob applicationName) {
  private static final Criteria ANY = new Criteria(null, null, null, null);

  static Criteria of(@Nullable MatchConfig match) {
    if (match == null) {
      return ANY;
    }
    String sni = match.sni();
    return new Criteria(
        glob(match.database()),
        glob(match.user()),
        glob(sni == null ? null : sni.toLowerCase(Locale.ROOT)),
        glob(match.applicationName()));
  }

  boolean matches(RoutingRequest request) {
    TlsInfo tls = request.client().tls();
    return accepts(database, request.startup().database())
        && accepts(user, request.user().name())
        && accepts(sni, tls == null ? null : tls.serverName())
        && accepts(applicationName, request.startup().applicationName());
  }

  private static @Nullable Glob glob(@Nullable String pattern) {
    return pattern == null ? null : new Glob(pattern);
  }

  private static boolean accepts(@Nullable Glob glob, @Nullable String value) {
    return glob == null || (value != null && glob.matches(value));
  }
}
