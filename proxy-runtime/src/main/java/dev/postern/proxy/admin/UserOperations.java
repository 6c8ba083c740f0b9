package dev.postern.proxy.admin;

import dev.postern.proxy.user.BackendMapping;
import dev.postern.proxy.user.UserSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with users. Safe for use by many threads; each method blocks until it is done,
 * and throws {@link AdminException} where it is not done, having changed nothing then.
 */
public interface UserOperations {
  /** All users in the order of their names. */
  List<UserView> list();

  /** One user. */
  UserView show(String name);

  /** Adds a user, enabled. */
  UserView add(NewUser user);

  /** Gives a user a new password. */
  UserView setPassword(String name, NewPassword password);

  /** Sets everything of a user anew but its password. */
  UserView change(String name, UserSettings settings);

  /** Lets a user log in again, or no more. */
  UserView setEnabled(String name, boolean enabled);

  /** Removes a user and its backend mappings. */
  void remove(String name);

  /** Adds many users, and says of each what became of it. */
  List<ImportOutcome> importUsers(ImportRequest request);

  /** The verifiers that count now, one for each user that has one; the caller closes them. */
  List<ExportedUser> export();

  /** All backend mappings, without their passwords. */
  List<BackendMapping> mappings();

  /** Says as whom a user's sessions log in to backends. */
  void setMapping(NewMapping mapping);

  /** Takes a mapping away; {@code null} stands for that of every route. */
  void removeMapping(String user, @Nullable String route);

  /** The iteration count of new verifiers. */
  StoreSettings settings();

  /** Sets the iteration count of new verifiers. */
  StoreSettings changeSettings(StoreSettings settings);
}
