/**
 * Interceptor that writes one structured log line per statement: who ran what, how long it took and
 * how many rows it touched.
 */
@NullMarked
package dev.postern.plugins.querylog;

import org.jspecify.annotations.NullMarked;
