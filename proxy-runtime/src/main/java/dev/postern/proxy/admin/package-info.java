/**
 * What an administrator can do, once, with two doors to it. {@link
 * dev.postern.proxy.admin.UserOperations} work on the user store where no Postern runs, and through
 * the running one where one does; {@link dev.postern.proxy.admin.ProxyControl} needs a running one.
 * {@link dev.postern.proxy.admin.AdminServer} offers both as HTTP/1.1 with JSON on a Unix domain
 * socket that only the owner of the installation can open, {@link
 * dev.postern.proxy.admin.AdminClient} is the other end of it. Passwords travel in the bodies of
 * requests only, and are neither logged nor part of any message.
 */
@NullMarked
package dev.postern.proxy.admin;

import org.jspecify.annotations.NullMarked;
