package dev.postern.proxy.user;

import dev.postern.api.user.StoredUser;
import java.time.Instant;

/**
 * A user with what is of interest to an administrator only.
 *
 * @param user what logins see
 * @param createdAt when the user was added
 * @param changedAt when anything of it changed last
 */
public record UserEntry(StoredUser user, Instant createdAt, Instant changedAt) {
  public String name() {
    return user.name();
  }
}
