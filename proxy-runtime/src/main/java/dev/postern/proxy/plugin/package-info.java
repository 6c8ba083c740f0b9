/**
 * From jars in {@code plugins/} to instances in service. Loading has four steps, and each reports
 * all that it finds before the next one begins: every jar is looked at (permissions, zip, manifest,
 * services) before a class of any is loaded; factories are created, one class loader for each jar
 * or folder; the configuration of each instance is bound to its factory's record; instances are
 * created in the order authenticator, router, interceptors. They are closed in the opposite order.
 * A plugin that cannot be loaded stops the start, whether it is used or not: a gateway that runs
 * without a rule that its operator relies on is worse than one that does not run. Loading happens
 * on one thread; what it gives is safe for use by many.
 */
@NullMarked
package dev.postern.proxy.plugin;

import org.jspecify.annotations.NullMarked;
