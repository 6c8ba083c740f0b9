/**
 * What tests of Postern and of its plugins put around the code under test. {@link
 * dev.postern.testkit.PostgresServer} is a real PostgreSQL of any supported major version; {@link
 * dev.postern.testkit.WireClient} and {@link dev.postern.testkit.FakeBackend} are a client and a
 * server that follow a script, for what real ones would not do; {@link
 * dev.postern.testkit.Programs} finds and runs client programs such as psql, and skips a test that
 * needs one which is not there; {@link dev.postern.testkit.TestCertificate} makes certificates. The
 * fakes of what Postern lends to a plugin are in {@link dev.postern.testkit.spi}.
 */
@NullMarked
package dev.postern.testkit;

import org.jspecify.annotations.NullMarked;
