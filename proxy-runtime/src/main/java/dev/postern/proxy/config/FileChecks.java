package dev.postern.proxy.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be wrong with the files that a configuration names. */
final class FileChecks {
  /** Linux has 108 bytes for the path of a socket, with the 0 at its end. */
  private static final int LONGEST_SOCKET = 107;

  private final Path home;
  private final ConfigNode root;
  private final Problems problems;

  FileChecks(Path home, ConfigNode root, Problems problems) {
    this.home = home;
    this.root = root;
    this.problems = problems;
  }

  void check(Configuration configuration) {
    List<ListenerConfig> listeners = configuration.listeners();
    for (int i = 0; i < listeners.size(); i++) {
      if (listeners.get(i).effectiveTlsMode() != TlsMode.DISABLED) {
        checkTls("listeners[" + i + "].tls.", listeners.get(i).tls());
      }
    }
    if (configuration.cluster() != null) {
      checkPeers(configuration.cluster().peers());
    }
    checkSocket(configuration.admin().effectiveSocket(home));
  }

  private void checkTls(String at, ListenerTlsConfig tls) {
    @Nullable Path certificate = tls.certificate();
    @Nullable Path key = tls.key();
    if (certificate != null && key != null) {
      boolean made =
          tls.effectiveGenerate() && Files.notExists(certificate) && Files.notExists(key);
      if (!made) {
        checkExists(at + "certificate", certificate);
        checkPrivate(at + "key", key);
      }
    }
    if (tls.clientCa() != null) {
      checkExists(at + "client-ca", tls.clientCa());
    }
  }

  private void checkPeers(List<PeerConfig> peers) {
    for (int i = 0; i < peers.size(); i++) {
      String at = "cluster.peers[" + i + "].tls.";
      PeerTlsConfig tls = peers.get(i).tls();
      if (tls.rootCertificate() != null) {
        checkExists(at + "root-certificate", tls.rootCertificate());
      }
      if (tls.certificate() != null && tls.key() != null) {
        checkExists(at + "certificate", tls.certificate());
        checkPrivate(at + "key", tls.key());
      }
    }
  }

  private void checkExists(String path, Path file) {
    if (!Files.isRegularFile(file)) {
      add(path, "file not found: " + shown(file));
    }
  }

  private void checkPrivate(String path, Path file) {
    try {
      PrivateFile.check(file);
    } catch (FileSystemException e) {
      add(path, e.getReason() + ": " + shown(file));
    } catch (IOException e) {
      add(path, "cannot be read: " + shown(file));
    }
  }

  private void checkSocket(Path socket) {
    int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_SOCKET) {
      add(
          "admin.socket",
          length
              + " bytes (expected: at most "
              + LONGEST_SOCKET
              + ", which is what a socket's path may have; choose another place, such as"
              + " /run/postern/admin.sock)");
    }
  }

  private void add(String path, String message) {
    problems.add(NodePath.of(path).locate(root), message);
  }

  private String shown(Path file) {
    return Shown.line((file.startsWith(home) ? home.relativize(file) : file).toString());
  }
}
