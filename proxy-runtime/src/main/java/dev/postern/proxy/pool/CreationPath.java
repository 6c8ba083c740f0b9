package dev.postern.proxy.pool;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The {@code search_path} of a server's session where no client has set it, as the connection's
 * startup parameters, the role or the database say: what is created without a schema may be
 * temporary if {@code pg_temp} is in it. Servers before PostgreSQL 18 do not report it; they are
 * asked once, and not before it matters. Belongs to whoever has the connection.
 */
public final class CreationPath {
  /** The setting's name. */
  public static final String NAME = "search_path";

  private @Nullable String opened;

  CreationPath(ServerParameters parameters) {
    opened = parameters.values().get(NAME);
  }

  public boolean isKnown() {
    return opened != null;
  }

  /** The server has said what it is. */
  public void is(String value) {
    opened = value;
  }

  /** Whether it names {@code pg_temp}, as far as it is known. */
  public boolean isTemporary() {
    return opened != null && namesTemporary(opened);
  }

  /** Whether a path, in whatever form, has the name {@code pg_temp} in it. */
  public static boolean namesTemporary(String path) {
    return path.toLowerCase(Locale.ROOT).contains("pg_temp");
  }
}
