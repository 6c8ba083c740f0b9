package dev.postern.distribution;

import dev.postern.testkit.PostgresServer;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;

/** A user of Postern, made with its command line, and what proves the user's identity. */
record QuickUser(String name, String password) {

  /** Only letters, digits, hyphens and underscores, so that it needs no quotes anywhere. */
  static String newPassword() {
    byte[] random = new byte[15];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /**
   * Adds a user, and gives a role and a database of that name to a server. Both hold the same
   * verifier, so Postern logs in there with the key that the client proves to have, and no password
   * is kept anywhere.
   */
  static QuickUser create(Installation postern, PostgresServer server, String name)
      throws IOException, InterruptedException {
    String password = newPassword();
    postern.command(password + "\n", "user", "add", name, "--password-stdin");
    server.createRole(name, password);
    server.execute(postern.command("", "user", "export", "--format", "sql"));
    server.createDatabase(name, name);
    return new QuickUser(name, password);
  }

  @Override
  public String toString() {
    return name;
  }
}
