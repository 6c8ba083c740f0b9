package dev.postern.plugins.ldap;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindResult;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.LDAPException;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/**
 * A directory server in the test's process, on free ports of the loopback interface, with a few
 * people and groups.
 */
final class TestDirectory implements AutoCloseable {
  static final String PEOPLE = "ou=people,dc=example,dc=com";
  static final String GROUPS = "ou=groups,dc=example,dc=com";
  static final String ALICE = "uid=alice," + PEOPLE;
  static final String ACCOUNT = "cn=postern,dc=example,dc=com";
  static final String ACCOUNT_PASSWORD = "password of the account";
  static final String PASSWORD = "correct horse";
  static final TestCertificate AUTHORITY = TestCertificate.authority("Directory tests");

  private final InMemoryDirectoryServer server;

  /** Names of all binds that came. */
  final Queue<String> binds = new ConcurrentLinkedQueue<>();

  private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();

  /** What happens to a bind before the server looks at it. */
  volatile Consumer<InMemoryInterceptedSimpleBindRequest> beforeBind = bind -> {};

  /** What happens to a search before the server looks at it. */
  volatile Runnable beforeSearch = () -> {};

  volatile UnaryOperator<com.unboundid.ldap.sdk.BindResult> answer = result -> result;

  private TestDirectory(TestCertificate identity) {
    try {
      InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
      config.setSchema(null);
      SSLContext tls = TestTls.server(identity);
      InetAddress loopback = InetAddress.getLoopbackAddress();
      config.setListenerConfigs(
          new InMemoryListenerConfig(
              "plain", loopback, 0, new RememberingSockets(), null, tls.getSocketFactory()),
          InMemoryListenerConfig.createLDAPSConfig(
              "tls", loopback, 0, tls.getServerSocketFactory(), null));
      config.addInMemoryOperationInterceptor(new Watcher());
      server = new InMemoryDirectoryServer(config);
      fill();
      server.startListening();
    } catch (LDAPException e) {
      throw new IllegalStateException(e);
    }
  }

  static TestDirectory start() {
    return new TestDirectory(AUTHORITY.server("localhost", "127.0.0.1"));
  }

  static TestDirectory startAs(TestCertificate identity) {
    return new TestDirectory(identity);
  }

  /** Remembers who came. */
  private final class RememberingSockets extends ServerSocketFactory {
    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return createServerSocket(port, 50, InetAddress.getLoopbackAddress());
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
      return createServerSocket(port, backlog, InetAddress.getLoopbackAddress());
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
        throws IOException {
      return new ServerSocket(port, backlog, address) {
        @Override
        public Socket accept() throws IOException {
          Socket client = super.accept();
          clients.add(client);
          return client;
        }
      };
    }
  }

  private final class Watcher extends InMemoryOperationInterceptor {
    @Override
    public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest request)
        throws LDAPException {
      binds.add(request.getRequest().getBindDN());
      try {
        beforeBind.accept(request);
      } catch (Refusal e) {
        throw e.exception;
      }
    }

    @Override
    public void processSearchRequest(InMemoryInterceptedSearchRequest request) {
      beforeSearch.run();
    }

    @Override
    public void processSimpleBindResult(InMemoryInterceptedSimpleBindResult result) {
      result.setResult(answer.apply(result.getResult()));
    }
  }

  /** To be thrown by {@link #beforeBind}. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final LDAPException exception;

    Refusal(LDAPException exception) {
      this.exception = exception;
    }
  }

  private void fill() throws LDAPException {
    add("dc=example,dc=com", "objectClass: domain");
    add(PEOPLE, "objectClass: organizationalUnit");
    add(GROUPS, "objectClass: organizationalUnit");
    add(ACCOUNT, "objectClass: person", "userPassword: " + ACCOUNT_PASSWORD);
    add(
        ALICE,
        "objectClass: person",
        "uid: alice",
        "cn: Alice Example",
        "mail: alice@example.com",
        "telephoneNumber: 1",
        "telephoneNumber: 2",
        "memberOf: cn=developers," + GROUPS,
        "memberOf: cn=elsewhere,ou=other,dc=example,dc=com",
        "userPassword: " + PASSWORD);
    add("uid=Bob," + PEOPLE, "objectClass: person", "uid: Bob", "userPassword: " + PASSWORD);
    group("developers", ALICE);
    group("staff", "cn=developers," + GROUPS);
    group("everyone", "cn=staff," + GROUPS);
    // A circle, as people make them.
    group("circle", "cn=everyone," + GROUPS, "cn=circle," + GROUPS);
  }

  void group(String name, String... members) {
    String[] lines = new String[members.length + 2];
    lines[0] = "objectClass: groupOfNames";
    lines[1] = "cn: " + name;
    for (int i = 0; i < members.length; i++) {
      lines[i + 2] = "member: " + members[i];
    }
    add("cn=" + name.replace(",", "\\,") + "," + GROUPS, lines);
  }

  void add(String dn, String... lines) {
    String[] ldif = new String[lines.length + 1];
    ldif[0] = "dn: " + dn;
    System.arraycopy(lines, 0, ldif, 1, lines.length);
    try {
      server.add(ldif);
    } catch (LDAPException | com.unboundid.ldif.LDIFException e) {
      throw new IllegalStateException(dn, e);
    }
  }

  void modify(String... ldif) {
    try {
      server.modify(ldif);
    } catch (LDAPException | com.unboundid.ldif.LDIFException e) {
      throw new IllegalStateException(e);
    }
  }

  URI plain() {
    return URI.create("ldap://localhost:" + server.getListenPort("plain"));
  }

  URI tls() {
    return URI.create("ldaps://localhost:" + server.getListenPort("tls"));
  }

  /** Of those that came without TLS at first. */
  long openConnections() {
    return clients.stream().filter(client -> !client.isClosed()).count();
  }

  InMemoryDirectoryServer server() {
    return server;
  }

  /** Ends all connections and takes no new ones. */
  @Override
  public void close() {
    server.shutDown(true);
  }

  /** Ends all connections; new ones are taken. */
  void dropConnections() {
    server.closeAllConnections(false);
  }
}
