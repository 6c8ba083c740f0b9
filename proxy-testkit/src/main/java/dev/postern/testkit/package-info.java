/**
 * What a plugin author needs to test a plugin: hand-written fakes of the API's interfaces, peers
 * that follow a script, and a whole proxy in the test's own process in front of a real PostgreSQL.
 */
@NullMarked
package dev.postern.testkit;

import org.jspecify.annotations.NullMarked;
