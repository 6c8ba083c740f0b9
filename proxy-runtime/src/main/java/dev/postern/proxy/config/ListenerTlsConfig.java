package dev.postern.proxy.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one listener.
 *
 * @param mode what is demanded; see {@link ListenerConfig#effectiveTlsMode()}
 * @param certificate PEM file with the chain, the server's own certificate first
 * @param key PEM file with the certificate's private key, PKCS#8 without a passphrase
 * @param generate whether a self-signed certificate is made if neither file is there
 * @param clientCertificates whether clients show certificates
 * @param clientCa PEM file with the CAs that sign them
 * @param minVersion the oldest TLS that is spoken
 */
public record ListenerTlsConfig(
    @Nullable TlsMode mode,
    @Nullable Path certificate,
    @Nullable Path key,
    @Nullable Boolean generate,
    @Nullable ClientCertificates clientCertificates,
    @Nullable Path clientCa,
    @Nullable MinVersion minVersion) {

  /** Nothing set. */
  public static final ListenerTlsConfig UNSET =
      new ListenerTlsConfig(null, null, null, null, null, null, null);

  /** Whether clients show certificates. */
  public enum ClientCertificates {
    /** They are not asked. */
    NONE,
    /** They are asked, and may decline; a certificate that is shown has to be valid. */
    REQUEST,
    /** No valid certificate, no connection. */
    REQUIRE;

    /** As in the file. */
    @Override
    public String toString() {
      return Keys.kebab(name());
    }
  }

  /** A version of TLS. */
  public enum MinVersion {
    TLS_1_2("1.2"),
    TLS_1_3("1.3");

    private final String shown;

    MinVersion(String shown) {
      this.shown = shown;
    }

    /** As in the file. */
    @Override
    public String toString() {
      return shown;
    }
  }

  public ListenerTlsConfig {
    Rules rules = new Rules();
    rules.require(certificate == null || key != null, "key: missing (certificate is set)");
    rules.require(key == null || certificate != null, "certificate: missing (key is set)");
    rules.require(
        generate == null || !generate || certificate != null,
        "certificate: missing (expected with generate: true, as the place for what is made)");
    boolean asked = clientCertificates != null && clientCertificates != ClientCertificates.NONE;
    rules.require(
        !asked || clientCa != null,
        () -> "client-ca: missing (expected with client-certificates: " + clientCertificates + ")");
    rules.require(
        asked || clientCa == null,
        "client-ca: has no effect without client-certificates: request or require");
    rules.enforce();
  }

  public boolean effectiveGenerate() {
    return generate != null && generate;
  }

  public ClientCertificates effectiveClientCertificates() {
    return clientCertificates == null ? ClientCertificates.NONE : clientCertificates;
  }

  public MinVersion effectiveMinVersion() {
    return minVersion == null ? MinVersion.TLS_1_2 : minVersion;
  }
}
