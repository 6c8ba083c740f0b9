/**
 * Router that follows a list in the configuration: the first route that matches database, user,
 * server name and application name wins, and names the backends between which new sessions are
 * spread.
 */
@NullMarked
package dev.postern.plugins.staticroutes;

import org.jspecify.annotations.NullMarked;
