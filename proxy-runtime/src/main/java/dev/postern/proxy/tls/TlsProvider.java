package dev.postern.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who computes TLS. */
public enum TlsProvider {
  /** Google's library, through netty-tcnative: a half to a third of the JDK's cost. */
  BORINGSSL,
  /** The JDK's own, which works everywhere. */
  JDK;

  /** As in the configuration. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static final Logger log = LoggerFactory.getLogger(TlsProvider.class);

  /**
   * Loads a provider and logs which; takes some 100 ms.
   *
   * @param wanted {@code null}: BoringSSL where it loads, else the JDK's
   * @throws TlsConfigurationException if BoringSSL is wanted and does not load
   */
  static TlsProvider load(@Nullable TlsProvider wanted) throws TlsConfigurationException {
    Throwable unavailable = wanted == JDK ? null : OpenSsl.unavailabilityCause();
    if (wanted == BORINGSSL && unavailable != null) {
      throw new TlsConfigurationException(
          "BoringSSL does not load here: "
              + unavailable
              + " (use the automatic choice, or the JDK's TLS)",
          unavailable);
    }
    if (wanted == JDK || unavailable != null) {
      log.atInfo()
          .addKeyValue("provider", JDK)
          .addKeyValue("reason", unavailable == null ? "as configured" : unavailable.toString())
          .log("TLS by the JDK");
      return JDK;
    }
    log.atInfo()
        .addKeyValue("provider", BORINGSSL)
        .addKeyValue("version", OpenSsl.versionString())
        .log("TLS by BoringSSL");
    return BORINGSSL;
  }
}
