/**
 * Authenticator that proves a client's password at an LDAP directory: by a bind as the user (RFC
 * 4513, section 5.1.3), whose name is made from a pattern or found by a search. The directory's
 * word on the user, its groups and chosen attributes, goes into the user's attributes for routers
 * and interceptors. Every login has one {@link dev.postern.plugins.ldap.Deadline}, which bounds
 * each step, and a place among a limited number. A {@link dev.postern.plugins.ldap.Directory} asks
 * its servers in their order until one answers; each {@link
 * dev.postern.plugins.ldap.DirectoryServer} keeps connections for the next login. Whoever is not
 * let in hears the same after the same time, whatever the reason; the operator's log has it.
 */
@NullMarked
package dev.postern.plugins.ldap;

import org.jspecify.annotations.NullMarked;
