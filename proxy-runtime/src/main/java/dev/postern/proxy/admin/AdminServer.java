package dev.postern.proxy.admin;

import dev.postern.proxy.admin.AdminException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the admin socket: HTTP/1.1 with JSON, one exchange for each connection, each on a thread
 * of its own. Whoever starts it closes it.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

  /** Of a request that was not read to its end, in bytes. */
  private static final int MAX_UNREAD = 1 << 20;

  /** Where the process is out of file descriptors, trying at once again helps nobody. */
  private static final Duration ACCEPT_PAUSE = Duration.ofSeconds(1);

  private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

  private final Path path;
  private final ServerSocketChannel server;
  private final UserPrincipal owner;
  private final AdminRoutes routes;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  private AdminServer(Path path, ServerSocketChannel server, AdminRoutes routes)
      throws IOException {
    this.path = path;
    this.server = server;
    this.owner = Files.getOwner(path);
    this.routes = routes;
  }

  /**
   * Opens the socket.
   *
   * @param path at most 107 bytes; its directory is made, private to its owner, where there is none
   * @throws AdminException {@code CONFLICT} if another Postern listens there, {@code INVALID} if
   *     the path is too long, {@code FAILED} if it cannot be opened
   */
  public static AdminServer start(Path path, UserOperations users, ProxyControl proxy) {
    try {
      ServerSocketChannel server = AdminSocket.listen(path);
      AdminServer admin = new AdminServer(path, server, new AdminRoutes(users, proxy));
      Thread.ofPlatform().name("admin").daemon().start(admin::accept);
      return admin;
    } catch (IOException e) {
      throw new AdminException(
          Reason.FAILED, "the admin socket " + path + " cannot be opened: " + e, e);
    }
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel accepted = server.accept();
        open.add(accepted);
        // Not virtual: it is needed most where something holds all carriers.
        Thread.ofPlatform().daemon().name("admin-request").start(() -> serve(accepted));
      } catch (ClosedChannelException e) {
        log.atTrace().setCause(e).log("closed");
      } catch (IOException e) {
        log.atWarn().setCause(e).log("the admin socket failed");
        LockSupport.parkNanos(ACCEPT_PAUSE.toNanos());
      }
    }
  }

  private void serve(SocketChannel accepted) {
    try (accepted;
        InputStream in = Channels.newInputStream(accepted);
        OutputStream out = Channels.newOutputStream(accepted)) {
      if (!AdminSocket.isOwners(accepted, owner)) {
        log.atWarn().log("refused another account on the admin socket");
        return;
      }
      answer(in).write(out);
      accepted.shutdownOutput();
      // Closing with anything unread would take the answer away from the other end.
      in.readNBytes(MAX_UNREAD);
    } catch (IOException e) {
      log.atDebug().setCause(e).log("an admin connection failed");
    } finally {
      open.remove(accepted);
    }
  }

  private HttpMessage answer(InputStream in) throws IOException {
    try {
      HttpMessage request = HttpMessage.read(in);
      try {
        return response(200, RecordJson.toBytes(routes.answer(request)));
      } finally {
        Arrays.fill(request.body(), (byte) 0);
      }
    } catch (HttpMessage.MalformedException e) {
      return failure(Reason.INVALID, String.valueOf(e.getMessage()));
    } catch (AdminException e) {
      return failure(e.reason(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("an admin request failed");
      return failure(Reason.FAILED, "failed; the log of Postern says why");
    }
  }

  private static HttpMessage failure(Reason reason, String message) {
    return response(reason.httpStatus(), RecordJson.toBytes(new AdminRoutes.Failure(message)));
  }

  private static HttpMessage response(int status, byte[] body) {
    Map<Integer, String> phrases = Map.of(200, "OK", 400, "Bad Request", 404, "Not Found");
    return new HttpMessage(
        "HTTP/1.1 %d %s".formatted(status, phrases.getOrDefault(status, "Failed")), body);
  }

  /** Takes the socket away; what is under way has a moment to be answered. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(path);
      server.close();
      long end = System.nanoTime() + LAST_ANSWERS.toNanos();
      while (!open.isEmpty() && System.nanoTime() < end) {
        Thread.sleep(1);
      }
      for (SocketChannel accepted : open) {
        accepted.close();
      }
    } catch (IOException e) {
      log.atWarn().setCause(e).log("the admin socket did not close");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
