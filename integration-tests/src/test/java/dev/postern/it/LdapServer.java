package dev.postern.it;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import dev.postern.testkit.TestTls;
import java.net.InetAddress;
import javax.net.ssl.SSLContext;

/**
 * A directory server in the test's process: LDAPS on a free port of the loopback interface, with a
 * certificate of the gateways' authority.
 */
final class LdapServer implements AutoCloseable {
  static final String PASSWORD = "a password of the directory";
  private static final String PEOPLE = "ou=people,dc=example,dc=com";

  private final InMemoryDirectoryServer server;

  private LdapServer(InMemoryDirectoryServer server) {
    this.server = server;
  }

  static LdapServer start() {
    try {
      InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
      config.setSchema(null);
      SSLContext tls = TestTls.server(Gateways.AUTHORITY.server("localhost"));
      config.setListenerConfigs(
          InMemoryListenerConfig.createLDAPSConfig(
              "tls", InetAddress.getLoopbackAddress(), 0, tls.getServerSocketFactory(), null));
      LdapServer started = new LdapServer(new InMemoryDirectoryServer(config));
      started.add("dc=example,dc=com", "objectClass: domain");
      started.add(PEOPLE, "objectClass: organizationalUnit");
      started.server.startListening();
      return started;
    } catch (LDAPException e) {
      throw new IllegalStateException(e);
    }
  }

  String url() {
    return "ldaps://localhost:" + server.getListenPort();
  }

  /** A user with the usual password of the directory. */
  void addUser(String name, String... lines) {
    String[] all = new String[lines.length + 3];
    all[0] = "objectClass: person";
    all[1] = "uid: " + name;
    all[2] = "userPassword: " + PASSWORD;
    System.arraycopy(lines, 0, all, 3, lines.length);
    add("uid=" + name + "," + PEOPLE, all);
  }

  private void add(String dn, String... lines) {
    String[] ldif = new String[lines.length + 1];
    ldif[0] = "dn: " + dn;
    System.arraycopy(lines, 0, ldif, 1, lines.length);
    try {
      server.add(ldif);
    } catch (LDAPException | LDIFException e) {
      throw new IllegalStateException(dn, e);
    }
  }

  /** Ends all connections and takes no new ones. */
  @Override
  public void close() {
    server.shutDown(true);
  }
}
