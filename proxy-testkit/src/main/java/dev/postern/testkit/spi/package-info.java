/**
 * Hand-written fakes of what Postern lends to a plugin, for a plugin's unit tests: {@link
 * dev.postern.testkit.spi.FakePluginContext} with a clock that a test moves and users that it sets,
 * {@link dev.postern.testkit.spi.FakeExchange} as a client that wants to log in, {@link
 * dev.postern.testkit.spi.FakeInterests} as a session whose messages a test plays, and {@link
 * dev.postern.testkit.spi.Samples} for the facts about a session. They keep the API's promises, are
 * used by one thread unless they say otherwise, and know nothing of the network.
 */
@NullMarked
package dev.postern.testkit.spi;

import org.jspecify.annotations.NullMarked;
