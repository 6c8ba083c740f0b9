/**
 * The {@code postern} command: one class per subcommand, thin over the admin operations. Passwords
 * are read from a prompt or from standard input, never from an argument. Exit codes are documented
 * in {@code postern --help}.
 */
@NullMarked
package dev.postern.proxy.cli;

import org.jspecify.annotations.NullMarked;
