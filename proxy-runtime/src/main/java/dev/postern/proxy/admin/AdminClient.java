package dev.postern.proxy.admin;

import dev.postern.proxy.admin.AdminException.Reason;
import dev.postern.proxy.user.BackendMapping;
import dev.postern.proxy.user.UserSettings;
import jakarta.json.JsonStructure;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A running Postern, through its admin socket. Each operation is a connection of its own; {@link
 * AdminException} with {@code UNREACHABLE} says that none answers there.
 */
public final class AdminClient implements UserOperations, ProxyControl {
  /** Stands for a request without a body. */
  private record Nothing() {}

  private final Path socket;

  /** Connects to nothing yet. */
  public AdminClient(Path socket) {
    this.socket = socket;
  }

  /** Whether something answers on the socket. */
  public boolean isReachable() {
    try (SocketChannel _ = connect()) {
      return true;
    } catch (AdminException e) {
      if (e.reason() == Reason.UNREACHABLE) {
        return false;
      }
      throw e;
    } catch (IOException e) {
      return false;
    }
  }

  private SocketChannel connect() throws IOException {
    try {
      Path directory = socket.toAbsolutePath().getParent();
      if (directory != null && Files.isDirectory(directory) && !Files.isExecutable(directory)) {
        throw new AdminException(
            Reason.UNREACHABLE,
            "no permission to look into "
                + directory
                + " (run this as the account that Postern runs under, or as root)");
      }
      if (!Files.exists(socket)) {
        throw new ConnectException("no such file");
      }
      return SocketChannel.open(AdminSocket.address(socket));
    } catch (ConnectException e) {
      throw new AdminException(
          Reason.UNREACHABLE, "no Postern runs here: nothing answers on " + socket, e);
    }
  }

  private JsonStructure ask(String method, Record body, String... path) {
    StringBuilder target = new StringBuilder();
    for (String segment : path) {
      target.append('/').append(URLEncoder.encode(segment, StandardCharsets.UTF_8));
    }
    byte[] content = RecordJson.toBytes(body);
    try (SocketChannel channel = connect();
        OutputStream out = Channels.newOutputStream(channel);
        InputStream in = Channels.newInputStream(channel)) {
      new HttpMessage("%s %s HTTP/1.1".formatted(method, target), content).write(out);
      return answer(HttpMessage.read(in));
    } catch (EOFException e) {
      throw new AdminException(
          Reason.FAILED, "Postern closed the connection on " + socket + " without an answer", e);
    } catch (IOException e) {
      throw new AdminException(Reason.FAILED, "the admin socket " + socket + " failed: " + e, e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static JsonStructure answer(HttpMessage response) throws IOException {
    String[] line = response.startLine().split(" ", 3);
    JsonStructure body = RecordJson.parse(response.body());
    if (line.length < 2) {
      throw new HttpMessage.MalformedException("not a status line of HTTP/1.1");
    }
    if (!line[1].equals("200")) {
      AdminRoutes.Failure failure = RecordJson.fromJson(body, AdminRoutes.Failure.class);
      throw new AdminException(Reason.ofHttpStatus(Integer.parseInt(line[1])), failure.error());
    }
    return body;
  }

  private <T> List<T> many(Class<T> type, String... path) {
    return RecordJson.fromArray(ask("GET", new Nothing(), path), type);
  }

  private static UserView user(JsonStructure answer) {
    return RecordJson.fromJson(answer, UserView.class);
  }

  @Override
  public List<UserView> list() {
    return many(UserView.class, "users");
  }

  @Override
  public UserView show(String name) {
    return user(ask("GET", new Nothing(), "users", name));
  }

  @Override
  public UserView add(NewUser user) {
    return user(ask("POST", user, "users"));
  }

  @Override
  public UserView setPassword(String name, NewPassword password) {
    return user(ask("PUT", password, "users", name, "password"));
  }

  @Override
  public UserView change(String name, UserSettings settings) {
    return user(ask("PUT", settings, "users", name, "settings"));
  }

  @Override
  public UserView setEnabled(String name, boolean enabled) {
    return user(ask("PUT", new AdminRoutes.Enabled(enabled), "users", name, "enabled"));
  }

  @Override
  public void remove(String name) {
    ask("DELETE", new Nothing(), "users", name);
  }

  @Override
  public List<ImportOutcome> importUsers(ImportRequest request) {
    return RecordJson.fromArray(ask("POST", request, "import"), ImportOutcome.class);
  }

  @Override
  public List<ExportedUser> export() {
    return RecordJson.fromArray(ask("POST", new Nothing(), "export"), ExportedUser.class);
  }

  @Override
  public List<BackendMapping> mappings() {
    return many(BackendMapping.class, "mappings");
  }

  @Override
  public void setMapping(NewMapping mapping) {
    ask("PUT", mapping, "mappings");
  }

  @Override
  public void removeMapping(String user, @Nullable String route) {
    ask("DELETE", new AdminRoutes.MappingKey(user, route), "mappings");
  }

  @Override
  public StoreSettings settings() {
    return RecordJson.fromJson(ask("GET", new Nothing(), "settings"), StoreSettings.class);
  }

  @Override
  public StoreSettings changeSettings(StoreSettings settings) {
    return RecordJson.fromJson(ask("PUT", settings, "settings"), StoreSettings.class);
  }

  @Override
  public ProxyStatus status() {
    return RecordJson.fromJson(ask("GET", new Nothing(), "status"), ProxyStatus.class);
  }

  @Override
  public List<SessionRow> sessions() {
    return many(SessionRow.class, "sessions");
  }

  @Override
  public void kill(String sessionId) {
    ask("DELETE", new Nothing(), "sessions", sessionId);
  }

  @Override
  public List<PoolRow> pools() {
    return many(PoolRow.class, "pools");
  }

  @Override
  public List<PluginRow> plugins() {
    return many(PluginRow.class, "plugins");
  }

  @Override
  public List<InstanceRow> instances() {
    return many(InstanceRow.class, "instances");
  }

  @Override
  public void reload(List<String> instances) {
    ask("POST", new AdminRoutes.Reload(instances), "instances");
  }

  @Override
  public void drain() {
    ask("POST", new Nothing(), "drain");
  }

  @Override
  public void stop(boolean now) {
    ask("POST", new AdminRoutes.Stop(now), "stop");
  }

  /** The socket's path. */
  @Override
  public String toString() {
    return socket.toString();
  }
}
