package dev.postern.proxy.admin;

import dev.postern.proxy.user.UserSettings;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which request is which operation. */
final class AdminRoutes {
  private static final Logger log = LoggerFactory.getLogger(AdminRoutes.class);

  /** How many users of an import the log names. */
  private static final int MOST_NAMES = 20;

  /** The answer to what was done and says nothing. */
  record Done() {}

  /** The answer to what was not done. */
  record Failure(String error) {}

  record Enabled(boolean enabled) {}

  record MappingKey(String user, @Nullable String route) {}

  record Stop(boolean now) {}

  record Reload(List<String> instances) {}

  /**
   * What was done to whom, where the path does not say so.
   *
   * @param command that asks for it; {@code null} where an operation is that of one command
   * @param subject a user's name, or several
   * @param to what it was set to, or an empty text
   */
  private record Did(@Nullable String command, String subject, String to, Object answer) {
    Did(String subject, String to, Object answer) {
      this(null, subject, to, answer);
    }
  }

  /**
   * One operation.
   *
   * @param pattern the segments of its path, {@code *} for any
   */
  private record Route(
      String method, List<String> pattern, BiFunction<String, HttpMessage, Object> operation) {
    boolean matches(String requested, List<String> path) {
      if (!method.equals(requested) || path.size() != pattern.size()) {
        return false;
      }
      for (int i = 0; i < path.size(); i++) {
        if (!pattern.get(i).equals("*") && !pattern.get(i).equals(path.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  private final List<Route> routes = new ArrayList<>();

  AdminRoutes(UserOperations users, ProxyControl proxy) {
    look("users", _ -> users.list());
    look("users/*", users::show);
    change(
        "user add",
        "POST",
        "users",
        (_, body) -> {
          UserView added = users.add(read(body, NewUser.class));
          return new Did(added.name(), "", added);
        });
    change("user remove", "DELETE", "users/*", (name, _) -> done(() -> users.remove(name)));
    change(
        "user passwd",
        "PUT",
        "users/*/password",
        (name, body) -> users.setPassword(name, read(body, NewPassword.class)));
    change(
        "user change",
        "PUT",
        "users/*/settings",
        (name, body) -> users.change(name, read(body, UserSettings.class)));
    change(
        "user enable",
        "PUT",
        "users/*/enabled",
        (name, body) -> {
          boolean enabled = read(body, Enabled.class).enabled();
          String command = enabled ? "user enable" : "user disable";
          return new Did(command, name, "", users.setEnabled(name, enabled));
        });
    change(
        "user import",
        "POST",
        "import",
        (_, body) -> {
          List<ImportOutcome> outcomes = users.importUsers(read(body, ImportRequest.class));
          List<String> changed =
              outcomes.stream().filter(ImportOutcome::isChange).map(ImportOutcome::name).toList();
          return new Did(bounded(changed), "", outcomes);
        });
    change("user export", "POST", "export", (_, _) -> users.export());
    look("mappings", _ -> users.mappings());
    change(
        "user mapping set",
        "PUT",
        "mappings",
        (_, body) -> {
          NewMapping mapping = read(body, NewMapping.class);
          return new Did(mapping.user(), mapping.role(), done(() -> users.setMapping(mapping)));
        });
    change(
        "user mapping remove",
        "DELETE",
        "mappings",
        (_, body) -> {
          MappingKey key = read(body, MappingKey.class);
          return new Did(key.user(), "", done(() -> users.removeMapping(key.user(), key.route())));
        });
    look("settings", _ -> users.settings());
    change(
        "user iterations",
        "PUT",
        "settings",
        (_, body) -> users.changeSettings(read(body, StoreSettings.class)));
    look("status", _ -> proxy.status());
    look("sessions", _ -> proxy.sessions());
    change("sessions kill", "DELETE", "sessions/*", (id, _) -> done(() -> proxy.kill(id)));
    look("pools", _ -> proxy.pools());
    look("plugins", _ -> proxy.plugins());
    look("instances", _ -> proxy.instances());
    change(
        "plugin reload",
        "POST",
        "instances",
        (_, body) -> {
          List<String> names = read(body, Reload.class).instances();
          return new Did(String.join(", ", names), "", done(() -> proxy.reload(names)));
        });
    change("drain", "POST", "drain", (_, _) -> done(proxy::drain));
    change(
        "stop", "POST", "stop", (_, body) -> done(() -> proxy.stop(read(body, Stop.class).now())));
  }

  private void look(String path, Function<String, Object> operation) {
    routes.add(
        new Route("GET", List.of(path.split("/", -1)), (segment, _) -> operation.apply(segment)));
  }

  /**
   * @param command that asks for it, as the log names it
   */
  private void change(
      String command,
      String method,
      String path,
      BiFunction<String, HttpMessage, Object> operation) {
    routes.add(
        new Route(
            method,
            List.of(path.split("/", -1)),
            (segment, body) -> {
              Object answer = operation.apply(segment, body);
              Did did = answer instanceof Did told ? told : new Did(segment, "", answer);
              log.atInfo()
                  .addKeyValue("operation", did.command() == null ? command : did.command())
                  .addKeyValue("subject", did.subject())
                  .addKeyValue("to", did.to())
                  .log("administered");
              return did.answer();
            }));
  }

  /** How many, and the first of them. */
  private static String bounded(List<String> names) {
    int number = names.size();
    String users = number == 1 ? "1 user" : number + " users";
    String first = String.join(", ", names.subList(0, Math.min(MOST_NAMES, number)));
    return number == 0 ? users : users + ": " + first + (number > MOST_NAMES ? ", ..." : "");
  }

  private static Done done(Runnable operation) {
    operation.run();
    return new Done();
  }

  private static <T extends Record> T read(HttpMessage request, Class<T> type) {
    return RecordJson.fromJson(RecordJson.parse(request.body()), type);
  }

  /** Does what is asked, and returns what is to be answered. */
  Object answer(HttpMessage request) {
    String[] line = request.startLine().split(" ", -1);
    if (line.length != 3 || !line[1].startsWith("/")) {
      throw AdminException.invalid("not a request line of HTTP/1.1");
    }
    List<String> path =
        Arrays.stream(line[1].substring(1).split("/", -1)).map(AdminRoutes::decode).toList();
    for (Route route : routes) {
      if (route.matches(line[0], path)) {
        return route.operation().apply(path.size() > 1 ? path.get(1) : "", request);
      }
    }
    throw AdminException.notFound("no such operation: " + line[0] + " " + line[1]);
  }

  private static String decode(String segment) {
    try {
      return URLDecoder.decode(segment, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw AdminException.invalid("the path is not encoded rightly");
    }
  }
}
