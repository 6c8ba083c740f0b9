package dev.postern.api.user;

import java.util.Optional;

/** Looks users up in Postern's store. Safe for use by many threads; may block. */
public interface UserDirectory {
  /**
   * The user with exactly this name, disabled or expired ones included. A change made through
   * Postern is seen by the next call.
   *
   * @throws UserDirectoryException if the store cannot be read; a login must then be refused
   */
  Optional<StoredUser> find(String name);
}
