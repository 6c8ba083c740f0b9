/**
 * Tests of the SCRAM exchanges: RFC examples, PostgreSQL's tables, and everything that a peer must
 * not send.
 */
@NullMarked
package dev.postern.proxy.scram;

import org.jspecify.annotations.NullMarked;
