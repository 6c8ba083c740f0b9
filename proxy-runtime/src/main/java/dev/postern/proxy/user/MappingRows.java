package dev.postern.proxy.user;

import dev.postern.api.Bytes;
import dev.postern.proxy.user.StoreException.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;
import org.jspecify.annotations.Nullable;

/** Backend mappings as rows. Each method is part of its caller's transaction. */
final class MappingRows {
  /** The route of a mapping that counts for every route. */
  private static final String EVERY_ROUTE = "";

  /** A mapping's role, and its password as sealed. */
  record SealedMapping(String route, String role, @Nullable Bytes password) {}

  private MappingRows() {}

  static String column(@Nullable String route) {
    return route == null ? EVERY_ROUTE : Names.checkRoute(route);
  }

  static List<BackendMapping> list(Handle handle) {
    return handle
        .createQuery(
            """
            select user_name, route, role, password is not null as has_password, changed_at from backend_mappings
            order by user_name, route
            """)
        .map(MappingRows::mapping)
        .list();
  }

  private static BackendMapping mapping(RowView row) {
    String route = row.getColumn("route", String.class);
    return new BackendMapping(
        row.getColumn("user_name", String.class),
        route.equals(EVERY_ROUTE) ? null : route,
        row.getColumn("role", String.class),
        row.getColumn("has_password", Boolean.class),
        row.getColumn("changed_at", Instant.class));
  }

  static boolean isEmpty(Handle handle) {
    return handle
        .createQuery("select count(*) = 0 from backend_mappings")
        .mapTo(Boolean.class)
        .one();
  }

  static boolean anySealed(Handle handle) {
    return handle
        .createQuery("select count(*) > 0 from backend_mappings where password is not null")
        .mapTo(Boolean.class)
        .one();
  }

  /** The mapping for this very route, else that for every route. */
  static Optional<SealedMapping> find(Handle handle, String user, String route) {
    return handle
        .createQuery(
            """
            select route, role, password from backend_mappings
            where user_name = :user and route in (:route, :every) order by route desc
            """)
        .bind("user", user)
        .bind("route", route)
        .bind("every", EVERY_ROUTE)
        .map(
            row ->
                new SealedMapping(
                    row.getColumn("route", String.class),
                    row.getColumn("role", String.class),
                    row.getColumn("password", Bytes.class)))
        .findFirst();
  }

  static void set(
      Handle handle,
      String user,
      String route,
      String role,
      byte @Nullable [] password,
      Instant now) {
    delete(handle, user, route);
    handle
        .createUpdate(
            """
            insert into backend_mappings (user_name, route, role, password, changed_at)
            values (:user, :route, :role, :password, :now)
            """)
        .bind("user", user)
        .bind("route", route)
        .bind("role", role)
        .bind("password", password)
        .bind("now", now)
        .execute();
  }

  static void remove(Handle handle, String user, String route) {
    if (delete(handle, user, route) == 0) {
      throw new StoreException(
          Reason.NOT_FOUND,
          "no such mapping: user "
              + user
              + (route.equals(EVERY_ROUTE) ? ", every route" : ", route " + route));
    }
  }

  private static int delete(Handle handle, String user, String route) {
    return handle.execute(
        "delete from backend_mappings where user_name = ? and route = ?", user, route);
  }

  static void removeAll(Handle handle, String user) {
    handle.execute("delete from backend_mappings where user_name = ?", user);
  }
}
