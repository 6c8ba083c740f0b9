package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.BindResult;
import com.unboundid.ldap.sdk.Control;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPRequest;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10RequestControl;
import dev.postern.api.Secret;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;

/**
 * A connection to a directory server. The thread that uses it reads the socket itself, so that its
 * interruption ends the wait. Used by one thread at a time.
 */
final class Link {
  private final LDAPConnection connection;
  private final Socket socket;
  private final Duration operationTimeout;
  private final long openedAt = System.nanoTime();
  private long usedAt = openedAt;
  private Deadline deadline;

  Link(LDAPConnection connection, Socket socket, Duration operationTimeout, Deadline deadline) {
    this.connection = connection;
    this.socket = socket;
    this.operationTimeout = operationTimeout;
    this.deadline = deadline;
  }

  /** The login that uses it from now on has this much time. */
  void serve(Deadline next) {
    deadline = next;
  }

  void rest() {
    usedAt = System.nanoTime();
  }

  boolean isUsable(LimitsConfig limits) {
    long now = System.nanoTime();
    return connection.isConnected()
        && now - openedAt < limits.effectiveLifetime().toNanos()
        && now - usedAt < limits.effectiveIdleTimeout().toNanos();
  }

  /** Whose name a password proves, with what the server has to say about the password. */
  BindResult bind(String dn, Secret password) throws LDAPException {
    Control policy = new DraftBeheraLDAPPasswordPolicy10RequestControl();
    SimpleBindRequest request =
        new SimpleBindRequest(dn, new WipedPassword(password), new Control[] {policy});
    return connection.bind(timed(request));
  }

  SearchResult search(SearchRequest request) throws LDAPException {
    return connection.search(timed(request));
  }

  private <R extends LDAPRequest> R timed(R request) throws LDAPException {
    int millis = deadline.millisFor(operationTimeout);
    request.setResponseTimeoutMillis(millis);
    try {
      // The library takes the time for an answer from the socket, and sets it there only once.
      socket.setSoTimeout(millis);
    } catch (SocketException e) {
      throw new LDAPException(ResultCode.SERVER_DOWN, "the connection is closed", e);
    }
    return request;
  }

  void close() {
    connection.close();
  }
}
