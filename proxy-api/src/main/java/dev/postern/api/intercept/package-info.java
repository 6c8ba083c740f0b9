/**
 * What passes. A {@link dev.postern.api.intercept.MessageInterceptor} declares, when a session
 * opens, which types of message it wants to see or to decide on. What nobody declared is not
 * decoded; a session in which nobody declared anything relays bytes.
 *
 * <p>Guarantees:
 *
 * <ol>
 *   <li>{@code open} is called once for each session, after login and before its first message, in
 *       the configuration's order.
 *   <li>All handlers of one session run on one thread at a time, the session's event loop: state
 *       that belongs to a session needs no lock. Handlers must not block; what takes time is
 *       answered {@link dev.postern.api.intercept.Verdict#later later}.
 *   <li>Frontend messages pass the interceptors in the configuration's order, backend messages in
 *       the opposite one. Each sees what the one before it let through. A message that one of them
 *       refuses or answers goes no further, and what comes of it, ReadyForQuery of a Query
 *       included, is shown to it and to those that saw it before; only the error of a message of
 *       the extended protocol is shown to all, since the server skips up to Sync behind it. Of what
 *       the client sends up to that Sync, those that did not see the message are shown nothing.
 *   <li>Messages of one direction are handled in the order of the wire, and leave in that order,
 *       whatever a handler decides.
 *   <li>A handler that throws, or does not return within {@code timeouts.interceptor}, ends its
 *       session with {@code XX000}, and no other; the latter is interrupted.
 *   <li>What is observed or let through unchanged is forwarded as the original bytes, never
 *       re-encoded.
 *   <li>A declared message that is larger than {@code limits.intercepted-message} ends its session
 *       before it is passed on, unless all who declared it only observe and have said {@code
 *       onUndecoded}.
 *   <li>{@code onClose} handlers run once, last.
 *   <li>{@code refused} is called once for each login that comes to no session, if it came so far
 *       that it said a user's name.
 * </ol>
 *
 * <p>Facts about the protocol that surprise newcomers: clients pipeline, so several Query or Sync
 * messages can be under way before the first answer; ParameterStatus, NoticeResponse and
 * NotificationResponse can come at any moment; after an error in the extended protocol, the server
 * skips everything up to Sync; one Query can hold many statements and gives one CommandComplete for
 * each; during COPY, CopyData flows in both directions as frontend or backend messages; replication
 * connections carry their own messages inside CopyData.
 */
@NullMarked
package dev.postern.api.intercept;

import org.jspecify.annotations.NullMarked;
