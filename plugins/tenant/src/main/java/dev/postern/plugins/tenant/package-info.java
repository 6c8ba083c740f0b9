/**
 * Router that finds a session's tenant, and the tenant's servers, in a file of its own, which is
 * read again when it changes. A tenant is recognised by database, user, server name (SNI) and
 * attributes, by patterns whose placeholders go into host, database and role. What was read is an
 * immutable {@link dev.postern.plugins.tenant.Tenants}, replaced as a whole: a login sees the old
 * file or the new one. A file that cannot be used leaves what was read before in service.
 */
@NullMarked
package dev.postern.plugins.tenant;

import org.jspecify.annotations.NullMarked;
