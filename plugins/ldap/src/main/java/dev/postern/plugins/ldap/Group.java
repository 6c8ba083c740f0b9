package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.DN;
import org.jspecify.annotations.Nullable;

/**
 * A group of the directory.
 *
 * @param name the value of its name attribute, or {@code null} if it has none
 */
record Group(DN dn, @Nullable String name) {}
