/**
 * Authenticator that decides by rules with the meaning of {@code pg_hba.conf} (PostgreSQL
 * documentation, "Client Authentication"): the first line that is for a login's connection type,
 * database, user and address decides, and what no line is for is refused. A {@link
 * dev.postern.plugins.rules.LineReader} reads files and what they include, a {@link
 * dev.postern.plugins.rules.RuleParser} makes a {@link dev.postern.plugins.rules.RuleSet} of them,
 * which is replaced as a whole when a file changes. Proofs are left to other authenticators of the
 * configuration. Names come from clients that nobody knows yet: whatever they are, a search with a
 * regular expression takes a bounded number of steps and a look-up of a host a bounded time, and a
 * login for which that is not enough is refused.
 */
@NullMarked
package dev.postern.plugins.rules;

import org.jspecify.annotations.NullMarked;
