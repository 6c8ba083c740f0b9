package dev.postern.proxy.admin;

import dev.postern.proxy.user.ForeignUser;
import java.util.List;

/**
 * Users to take over.
 *
 * @param users whoever made the record closes their secrets
 * @param replace whether users that exist get the password that is imported
 */
public record ImportRequest(List<ForeignUser> users, boolean replace) {
  public ImportRequest {
    users = List.copyOf(users);
  }
}
