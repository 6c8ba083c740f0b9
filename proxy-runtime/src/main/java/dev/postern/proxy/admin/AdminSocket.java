package dev.postern.proxy.admin;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;
import jdk.net.ExtendedSocketOptions;

/** The socket's file: its owner's alone, and only one Postern's. */
final class AdminSocket {
  /** The space that Linux has for a path, less the final zero, in bytes. */
  private static final int MAX_PATH = 107;

  private AdminSocket() {}

  /** Opens it; a file that a killed Postern left behind is taken away first. */
  static ServerSocketChannel listen(Path path) throws IOException {
    UnixDomainSocketAddress address = address(path);
    prepareDirectory(Objects.requireNonNull(path.toAbsolutePath().getParent()));
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (answers(address)) {
        throw new AdminException(
            AdminException.Reason.CONFLICT, "another Postern listens on the admin socket " + path);
      }
      Files.delete(path);
    }
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(address);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  static UnixDomainSocketAddress address(Path path) {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH) {
      throw AdminException.invalid(
          "admin.socket: %s has %d bytes (expected: at most %d; set a shorter path in the configuration)"
              .formatted(path, length, MAX_PATH));
    }
    return UnixDomainSocketAddress.of(path);
  }

  /**
   * A directory of Postern's own keeps others out before the socket has its permissions. One that
   * is there already is left alone: it may be {@code /run}. Whoever comes through it in that moment
   * is refused by {@link #isOwners}.
   */
  private static void prepareDirectory(Path directory) throws IOException {
    var ownerOnly = PosixFilePermissions.fromString("rwx------");
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(ownerOnly));
    }
  }

  private static boolean answers(UnixDomainSocketAddress address) {
    try (SocketChannel _ = SocketChannel.open(address)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the other end is the socket's owner or root, as far as the system tells. */
  static boolean isOwners(SocketChannel accepted, UserPrincipal owner) throws IOException {
    if (!accepted.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
      return true;
    }
    UserPrincipal peer = accepted.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    return peer.equals(owner) || peer.getName().equals("root");
  }
}
