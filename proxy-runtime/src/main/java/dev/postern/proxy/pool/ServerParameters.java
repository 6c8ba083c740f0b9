package dev.postern.proxy.pool;

import dev.postern.api.message.ParameterStatus;
import dev.postern.proxy.codec.BackendCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a server has reported of its session (PostgreSQL documentation, "Asynchronous Operations").
 * Immutable; the server's order is kept.
 */
public final class ServerParameters {
  public static final ServerParameters NONE = new ServerParameters(Map.of());

  /** Reported, and no client can set them. */
  private static final Set<String> READ_ONLY =
      Set.of(
          "server_version",
          "server_encoding",
          "integer_datetimes",
          "is_superuser",
          "session_authorization",
          "in_hot_standby");

  private final Map<String, String> values;
  private final int hash;
  private byte @Nullable [] encoded;

  private ServerParameters(Map<String, String> values) {
    this.values = values;
    this.hash = values.hashCode();
  }

  /**
   * @param values by name, in the server's order; copied
   */
  static ServerParameters of(Map<String, String> values) {
    return new ServerParameters(Collections.unmodifiableMap(new LinkedHashMap<>(values)));
  }

  /** The same with one more value; itself where it has that value already. */
  public ServerParameters with(String name, String value) {
    if (value.equals(values.get(name))) {
      return this;
    }
    Map<String, String> changed = new LinkedHashMap<>(values);
    changed.put(name, value);
    return new ServerParameters(Collections.unmodifiableMap(changed));
  }

  public Map<String, String> values() {
    return values;
  }

  /** Whether a server reports this parameter, whatever the case of its name. */
  public boolean reports(String name) {
    if (values.containsKey(name)) {
      return true;
    }
    for (String known : values.keySet()) {
      if (known.equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether this is reported, and no client can set it. */
  public static boolean isReadOnly(String name) {
    return READ_ONLY.contains(name);
  }

  /**
   * Whether the server was a standby when it last said so: it reports that it is none any more with
   * its next answer, and not before.
   */
  public boolean isOfStandby() {
    return "on".equals(values.get("in_hot_standby"));
  }

  /** Writes a ParameterStatus for each. */
  public void writeTo(ByteBuf out) {
    byte[] bytes = encoded;
    if (bytes == null) {
      ByteBuf buffer = Unpooled.buffer();
      values.forEach(
          (name, value) -> BackendCodec.encode(new ParameterStatus(name, value), buffer));
      bytes = ByteBufUtil.getBytes(buffer);
      encoded = bytes;
    }
    out.writeBytes(bytes);
  }

  /**
   * What {@code wanted} has a value of its own of, and the server does not report; it cannot be set
   * so that others are not harmed. {@code null} if there is no such thing.
   *
   * @param initial has no values of its own, as {@code opened} has none
   */
  public @Nullable String missing(
      ServerParameters wanted, ServerParameters initial, ServerParameters opened) {
    for (Map.Entry<String, String> each : wanted.values.entrySet()) {
      String name = each.getKey();
      if (!values.containsKey(name)
          && !READ_ONLY.contains(name)
          && !each.getValue().equals(initial.values.get(name))
          && !each.getValue().equals(opened.values.get(name))) {
        return name;
      }
    }
    return null;
  }

  /** What no client can set, and a client that was told {@code before} has to hear of. */
  public Map<String, String> readOnlyOtherThan(ServerParameters before) {
    Map<String, String> others = new LinkedHashMap<>(0);
    for (String name : READ_ONLY) {
      String value = values.get(name);
      if (value != null && !value.equals(before.values.getOrDefault(name, value))) {
        others.put(name, value);
      }
    }
    return others;
  }

  /**
   * The statements that turn this into {@code wanted}, or {@code null} if there is nothing to do.
   *
   * <p>Of a parameter that only a newer server reports, nothing is said.
   *
   * @param others has what is wanted of parameters of which {@code wanted} says nothing
   */
  public @Nullable String changesTo(ServerParameters wanted, ServerParameters others) {
    if (wanted.equals(this)) {
      return null;
    }
    StringBuilder sql = new StringBuilder();
    wanted.values.forEach((name, value) -> change(sql, name, value));
    if (!wanted.values.keySet().containsAll(values.keySet())) { // of an older server
      others.values.forEach(
          (name, value) -> {
            if (!wanted.values.containsKey(name)) {
              change(sql, name, value);
            }
          });
    }
    return sql.isEmpty() ? null : sql.toString();
  }

  private void change(StringBuilder sql, String name, String value) {
    String now = values.get(name);
    if (now == null || now.equals(value) || READ_ONLY.contains(name)) {
      return;
    }
    if (!sql.isEmpty()) {
      sql.append(';');
    }
    set(sql, name, value);
  }

  /** The statement that makes the server take what a client asked for at its start. */
  public String settings(Map<String, String> wanted) {
    StringBuilder sql = new StringBuilder();
    wanted.forEach(
        (name, value) -> {
          if (!sql.isEmpty()) {
            sql.append(';');
          }
          set(sql, name, value);
        });
    return sql.toString();
  }

  /** Appends what sets a parameter to a value that a client or a server gave. */
  private void set(StringBuilder sql, String name, String value) {
    if (name.equalsIgnoreCase("search_path")) {
      // SET takes a list of identifiers here, and the reported text need not be one.
      sql.append("SELECT pg_catalog.set_config('search_path',");
      literal(sql, value);
      sql.append(",false)");
    } else {
      sql.append("SET ").append(identifier(name)).append(" TO ");
      literal(sql, value);
    }
  }

  private static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** In ASCII: the server reads it in the encoding of whoever had the connection before. */
  private void literal(StringBuilder sql, String value) {
    boolean converted = !"SQL_ASCII".equals(values.get("server_encoding"));
    boolean escape = value.chars().anyMatch(c -> c == '\\' || (converted && c > 0x7f));
    sql.append(escape ? " E'" : "'");
    value
        .codePoints()
        .forEach(
            c -> {
              if (converted && c > 0x7f) {
                sql.append("\\U%08x".formatted(c));
                return;
              }
              if (c == '\'' || (escape && c == '\\')) {
                sql.append((char) c);
              }
              sql.appendCodePoint(c);
            });
    sql.append('\'');
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof ServerParameters parameters
            && hash == parameters.hash
            && values.equals(parameters.values));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
