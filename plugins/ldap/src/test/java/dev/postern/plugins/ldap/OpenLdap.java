package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import com.unboundid.ldif.LDIFModifyChangeRecord;
import com.unboundid.ldif.LDIFReader;
import dev.postern.testkit.Skip;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * A slapd of this machine's OpenLDAP, on two free ports of the loopback interface, with the
 * overlays memberof and ppolicy. Where there is none, the test is skipped.
 */
final class OpenLdap implements AutoCloseable {
  static final String ADMIN = "cn=admin,dc=example,dc=com";
  private static final String ADMIN_PASSWORD = "admin";

  private final Path directory;
  private final Path program;
  private final int plainPort = freePort();
  private final int tlsPort = freePort();
  private Process process;

  private OpenLdap(Path directory) throws IOException {
    this.directory = directory;
    this.program =
        folderOf("slapd", "/usr/sbin", "/usr/libexec", "/usr/lib/openldap").resolve("slapd");
    configure();
    this.process = launch();
  }

  static OpenLdap start(Path directory) throws IOException, LDAPException, LDIFException {
    OpenLdap server = new OpenLdap(directory);
    server.fill();
    return server;
  }

  private static Path folderOf(String name, String... places) {
    return Stream.of(places)
        .map(Path::of)
        .filter(place -> Files.exists(place.resolve(name)))
        .findFirst()
        .orElseThrow(
            () ->
                Skip.because(
                    "no OpenLDAP server (" + name + ") is on this machine: package slapd"));
  }

  private void configure() throws IOException {
    Path schemas = folderOf("core.schema", "/etc/ldap/schema", "/etc/openldap/schema");
    Path modules = folderOf("memberof.so", "/usr/lib/ldap", "/usr/lib64/openldap");
    TestDirectory.AUTHORITY.writeChain(directory.resolve("ca.crt"));
    TestCertificate identity = TestDirectory.AUTHORITY.server("localhost");
    identity.writeChain(directory.resolve("server.crt"));
    Files.writeString(directory.resolve("server.key"), keyWithPublicPart(identity));
    Files.createDirectory(directory.resolve("db"));
    Files.writeString(
        directory.resolve("slapd.conf"),
        """
        include SCHEMAS/core.schema
        include SCHEMAS/cosine.schema
        include SCHEMAS/inetorgperson.schema
        modulepath MODULES
        moduleload back_mdb
        moduleload memberof
        moduleload ppolicy
        TLSCACertificateFile HERE/ca.crt
        TLSCertificateFile HERE/server.crt
        TLSCertificateKeyFile HERE/server.key
        security simple_bind=64
        database mdb
        suffix dc=example,dc=com
        rootdn ADMIN
        rootpw PASSWORD
        directory HERE/db
        overlay memberof
        overlay ppolicy
        ppolicy_default cn=policy,dc=example,dc=com
        ppolicy_hash_cleartext
        ppolicy_use_lockout
        access to attrs=userPassword by anonymous auth by * none
        access to * by dn.exact=cn=postern,dc=example,dc=com read by self read by * none
        """
            .replace("SCHEMAS", schemas.toString())
            .replace("MODULES", modules.toString())
            .replace("HERE", directory.toString())
            .replace("ADMIN", ADMIN)
            .replace("PASSWORD", ADMIN_PASSWORD));
  }

  /** Debian's OpenLDAP cannot read a key of this kind without, and the JDK leaves it out. */
  private static String keyWithPublicPart(TestCertificate identity) throws IOException {
    PrivateKeyInfo key = PrivateKeyInfo.getInstance(identity.key().getEncoded());
    SubjectPublicKeyInfo publicKey =
        SubjectPublicKeyInfo.getInstance(identity.certificate().getPublicKey().getEncoded());
    ECPrivateKey whole =
        new ECPrivateKey(
            256,
            ECPrivateKey.getInstance(key.parsePrivateKey()).getKey(),
            publicKey.getPublicKeyData(),
            null);
    byte[] encoded = new PrivateKeyInfo(key.getPrivateKeyAlgorithm(), whole).getEncoded();
    return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
        .formatted(Base64.getMimeEncoder().encodeToString(encoded));
  }

  private Process launch() throws IOException {
    Path log = directory.resolve("slapd.log");
    Process launched =
        new ProcessBuilder(
                program.toString(),
                "-d",
                "64",
                "-f",
                directory.resolve("slapd.conf").toString(),
                "-h",
                "ldap://127.0.0.1:%d ldaps://127.0.0.1:%d".formatted(plainPort, tlsPort))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              if (!launched.isAlive()) {
                throw new IllegalStateException("slapd ended: " + Files.readString(log));
              }
              return answers();
            });
    return launched;
  }

  private boolean answers() {
    try (LDAPConnection connection = new LDAPConnection("127.0.0.1", plainPort)) {
      return connection.isConnected();
    } catch (LDAPException e) {
      return false;
    }
  }

  private void fill() throws LDAPException, LDIFException {
    add(
        "dc=example,dc=com",
        "objectClass: organization",
        "objectClass: dcObject",
        "o: x",
        "dc: example");
    add(TestDirectory.PEOPLE, "objectClass: organizationalUnit");
    add(TestDirectory.GROUPS, "objectClass: organizationalUnit");
    add(
        "cn=policy,dc=example,dc=com",
        "objectClass: device",
        "objectClass: pwdPolicy",
        "pwdAttribute: userPassword",
        "pwdLockout: TRUE",
        "pwdMaxFailure: 3",
        "pwdMustChange: TRUE");
    add(
        TestDirectory.ACCOUNT,
        "objectClass: organizationalRole",
        "objectClass: simpleSecurityObject",
        "userPassword: " + TestDirectory.ACCOUNT_PASSWORD);
    person("alice");
    person("bob");
    add(
        "cn=developers," + TestDirectory.GROUPS,
        "objectClass: groupOfNames",
        "member: " + TestDirectory.ALICE);
    add(
        "cn=staff," + TestDirectory.GROUPS,
        "objectClass: groupOfNames",
        "member: cn=developers," + TestDirectory.GROUPS);
  }

  void person(String uid) throws LDAPException, LDIFException {
    add(
        "uid=" + Template.escape(uid) + "," + TestDirectory.PEOPLE,
        "objectClass: inetOrgPerson",
        "cn: Somebody",
        "sn: Somebody",
        "uid: " + uid,
        "mail: somebody@example.com",
        "userPassword: " + TestDirectory.PASSWORD);
  }

  private void add(String dn, String... lines) throws LDAPException, LDIFException {
    String[] ldif = Stream.concat(Stream.of("dn: " + dn), Stream.of(lines)).toArray(String[]::new);
    try (LDAPConnection admin = admin()) {
      admin.add(ldif);
    }
  }

  void modify(String... ldif) throws LDAPException, LDIFException {
    try (LDAPConnection admin = admin()) {
      admin.modify(
          ((LDIFModifyChangeRecord) LDIFReader.decodeChangeRecord(ldif)).toModifyRequest());
    }
  }

  private LDAPConnection admin() throws LDAPException {
    return new LDAPConnection(
        new CheckedSockets(TestTls.client(TestDirectory.AUTHORITY).getSocketFactory()),
        "localhost",
        tlsPort,
        ADMIN,
        ADMIN_PASSWORD);
  }

  URI plain() {
    return URI.create("ldap://localhost:" + plainPort);
  }

  URI tls() {
    return URI.create("ldaps://localhost:" + tlsPort);
  }

  Path authorityFile() {
    return directory.resolve("ca.crt");
  }

  void restart() throws IOException {
    close();
    process = launch();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every way in which the plugin may come. */
  List<URI> addresses() {
    return List.of(plain(), tls());
  }
}
