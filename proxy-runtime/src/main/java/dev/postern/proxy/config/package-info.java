/**
 * The configuration as immutable records, and the way from the file to them. {@link
 * dev.postern.proxy.config.ConfigurationFile} reads {@code conf/postern.yaml}, {@link
 * dev.postern.proxy.config.Binder} turns nodes into records and reports every problem at once, each
 * with file, line, column, path, rule and value; plugins' own records are bound by the same binder.
 * In a record, a component that is {@code null} was not set in the file, and {@code effectiveX()}
 * gives what then holds. Nothing in this package is written back, holds state or prints a secret;
 * all values are immutable and safe for use by many threads.
 */
@NullMarked
package dev.postern.proxy.config;

import org.jspecify.annotations.NullMarked;
