package dev.postern.plugins.mask;

import dev.postern.api.Secret;
import dev.postern.api.routing.BackendTls;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Properties;
import org.postgresql.Driver;

/** Connects to a server for its catalog, with pgjdbc and the TLS of the session's route. */
final class CatalogConnector {
  private static final Driver DRIVER = driver();

  private final CatalogConfig config;

  CatalogConnector(CatalogConfig config) {
    this.config = config;
  }

  /** The caller closes it. */
  Connection connect(CatalogKey key) throws SQLException {
    String host = key.backend().host();
    String url =
        "jdbc:postgresql://"
            + (host.indexOf(':') >= 0 ? "[" + host + "]" : host)
            + ":"
            + key.backend().port()
            + "/";
    Properties properties = new Properties();
    properties.setProperty("PGDBNAME", key.database());
    properties.setProperty("user", config.user());
    properties.setProperty("ApplicationName", "Postern mask");
    String seconds = Long.toString(config.effectiveTimeout().toSeconds());
    properties.setProperty("connectTimeout", seconds);
    properties.setProperty("loginTimeout", seconds);
    properties.setProperty("socketTimeout", seconds);
    properties.setProperty("prepareThreshold", "0");
    tls(key.backend().tls(), properties);
    Secret password = config.password();
    if (password == null) {
      return connect(url, properties);
    }
    char[] characters = password.toChars();
    try {
      properties.setProperty("password", new String(characters));
      return connect(url, properties);
    } finally {
      Arrays.fill(characters, '\0');
    }
  }

  /**
   * pgjdbc registers itself with the JVM, which would keep this plugin's class loader, and pgjdbc's
   * thread with it, for ever. One that is everybody's stays.
   */
  private static Driver driver() {
    Driver driver = new Driver();
    boolean everybodys = Driver.class.getClassLoader().equals(ClassLoader.getSystemClassLoader());
    if (!everybodys && Driver.isRegistered()) {
      try {
        Driver.deregister();
      } catch (SQLException e) {
        throw new IllegalStateException("pgjdbc stays registered with the JVM", e);
      }
    }
    return driver;
  }

  private static Connection connect(String url, Properties properties) throws SQLException {
    Connection connection = DRIVER.connect(url, properties);
    if (connection == null) {
      throw new SQLException("pgjdbc does not take " + url);
    }
    return connection;
  }

  private static void tls(BackendTls tls, Properties properties) {
    properties.setProperty(
        "sslmode",
        switch (tls.mode()) {
          case DISABLE -> "disable";
          case PREFER -> "prefer";
          case REQUIRE -> "require";
          case VERIFY_CA -> "verify-ca";
          case VERIFY_FULL -> "verify-full";
        });
    boolean verifies =
        tls.mode() == BackendTls.Mode.VERIFY_CA || tls.mode() == BackendTls.Mode.VERIFY_FULL;
    if (tls.rootCertificate() != null) {
      properties.setProperty("sslrootcert", tls.rootCertificate().toString());
    } else if (verifies) {
      properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
    }
    if (tls.certificate() != null && tls.key() != null) {
      properties.setProperty("sslcert", tls.certificate().toString());
      properties.setProperty("sslkey", tls.key().toString());
    }
  }
}
