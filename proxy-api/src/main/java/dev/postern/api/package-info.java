/**
 * What every Postern plugin builds on: the factory that {@link java.util.ServiceLoader} finds, the
 * life of an instance, and the values that all three kinds of plugin share.
 *
 * <p>The life of a plugin, as numbered guarantees:
 *
 * <ol>
 *   <li>A jar (or a folder of jars) in {@code plugins/} has one class loader. Only {@code
 *       dev.postern.api} and its subpackages, {@code org.slf4j} and {@code org.jspecify} come from
 *       Postern; everything else is the plugin's own.
 *   <li>A factory is created once, through its public constructor without parameters, when Postern
 *       starts.
 *   <li>{@code create} is called once for each instance that the configuration names, on the
 *       starting thread and before any listener is open. An exception from it stops the start.
 *   <li>One instance serves all sessions, so it must be safe for use by many threads at once.
 *   <li>Authenticators and routers are called on the session's own virtual thread and may block.
 *       Interceptors are called on the session's event loop and must not; see {@link
 *       dev.postern.api.intercept}.
 *   <li>{@link Plugin#close()} is called once, after the last session that used the instance has
 *       ended.
 *   <li>The context class loader is the plugin's own during {@code create}, {@code authenticate},
 *       {@code route}, {@code open} and {@code close}; not in an interceptor's handlers.
 * </ol>
 *
 * <p>Types in this module are immutable and safe for use by many threads unless their documentation
 * says otherwise. Within a major version of the API, only {@code default} methods and new types are
 * added.
 */
@NullMarked
package dev.postern.api;

import org.jspecify.annotations.NullMarked;
