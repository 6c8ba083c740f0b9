package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.Entry;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user who has proved its password.
 *
 * @param name the name for the session
 * @param dn its name in the directory
 * @param entry what was read of its entry; {@code null}: nothing was needed
 * @param groups empty too where groups are not looked up
 * @param warning what the directory says of the password, for the operator; may be empty
 */
record DirectoryUser(
    String name, String dn, @Nullable Entry entry, Collection<Group> groups, String warning) {
  DirectoryUser {
    groups = List.copyOf(groups);
  }
}
