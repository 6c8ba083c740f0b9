/**
 * The process as a whole: listeners, event loops, and an orderly end. {@link
 * dev.postern.proxy.server.ProxyServer} puts the rooms together.
 */
@NullMarked
package dev.postern.proxy.server;

import org.jspecify.annotations.NullMarked;
