/**
 * The life of a session: {@link dev.postern.proxy.session.SessionRunner} takes a client from its
 * first byte to the relay, in straight-line code on one virtual thread and against one deadline;
 * {@link dev.postern.proxy.session.Session} is what is known of it from then on; {@link
 * dev.postern.proxy.session.SessionRegistry} holds all of them and the limits.
 */
@NullMarked
package dev.postern.proxy.session;

import org.jspecify.annotations.NullMarked;
