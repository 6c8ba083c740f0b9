package dev.postern.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says what a {@link PostgresServer} is to be like. Used by one thread. */
public final class PostgresServerBuilder {
  final int version;
  final Map<String, String> settings = new LinkedHashMap<>();
  final List<String> hba = new ArrayList<>();
  @Nullable TestCertificate certificate;
  @Nullable TestCertificate clientAuthority;

  PostgresServerBuilder(int version) {
    this.version = version;
  }

  /**
   * Lines of {@code pg_hba.conf}, after those that trust the superuser; without any, every role
   * needs {@code scram-sha-256}, over TLS or not.
   */
  public PostgresServerBuilder hba(String... lines) {
    hba.addAll(List.of(lines));
    return this;
  }

  /** A parameter of {@code postgresql.conf}; the value must not contain a space. */
  public PostgresServerBuilder setting(String name, String value) {
    if (value.indexOf(' ') >= 0) {
      throw new IllegalArgumentException(name + ": a value with a space: " + value);
    }
    settings.put(name, value);
    return this;
  }

  /** {@code password_encryption}: {@code scram-sha-256} (the default) or {@code md5}. */
  public PostgresServerBuilder passwordEncryption(String method) {
    return setting("password_encryption", method);
  }

  /** Switches TLS on, with this certificate. */
  public PostgresServerBuilder tls(TestCertificate certificate) {
    this.certificate = certificate;
    setting("ssl", "on");
    setting("ssl_cert_file", "server.crt");
    return setting("ssl_key_file", "server.key");
  }

  /**
   * The authority whose client certificates the server accepts, for {@code cert} in {@code
   * pg_hba.conf}.
   */
  public PostgresServerBuilder clientAuthority(TestCertificate authority) {
    this.clientAuthority = authority;
    return setting("ssl_ca_file", "root.crt");
  }

  /** Starts the server and waits until it answers; the caller closes it. */
  public PostgresServer start() {
    if (hba.isEmpty()) {
      hba("host all all all scram-sha-256", "host replication all all scram-sha-256");
    }
    return PostgresServer.start(this);
  }
}
