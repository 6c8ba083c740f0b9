package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.ExtendedResult;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import dev.postern.api.auth.AuthenticationException;
import java.time.Duration;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One server of the directory, with the connections to it that wait for the next login: those on
 * which the account looks things up, and those on which users prove their passwords, which may
 * carry the name of whoever was the last. Safe for use by many threads.
 */
final class DirectoryServer {
  /** Entries are small; a server that says more than this is not understood. */
  private static final int LARGEST_MESSAGE = 4 << 20;

  private final ServerAddress address;
  private final @Nullable AccountLogin account;
  private final TimeoutsConfig timeouts;
  private final Trust trust;
  private final IdleLinks lookups;
  private final IdleLinks binds;

  DirectoryServer(ServerAddress address, LdapConfig config, Trust trust, String instance) {
    this.address = address;
    this.account =
        config.account() == null
            ? null
            : new AccountLogin(config.account(), address, instance, System::nanoTime);
    this.timeouts = config.timeouts();
    this.trust = trust;
    this.lookups = new IdleLinks(config.limits());
    this.binds = new IdleLinks(config.limits());
  }

  ServerAddress address() {
    return address;
  }

  /** Whether it is not to be asked, since it refuses the account. */
  boolean rests() {
    return account != null && account.rests();
  }

  /** In the account's name; anonymously where there is none. */
  <T> T asAccount(Deadline deadline, Operation<T> operation)
      throws LDAPException, AuthenticationException {
    return use(lookups, deadline, operation);
  }

  /** The operation begins with a bind. */
  <T> T asUser(Deadline deadline, Operation<T> operation)
      throws LDAPException, AuthenticationException {
    return use(binds, deadline, operation);
  }

  void closeExpired() {
    lookups.closeExpired();
    binds.closeExpired();
  }

  void close() {
    lookups.shut();
    binds.shut();
  }

  private <T> T use(IdleLinks idle, Deadline deadline, Operation<T> operation)
      throws LDAPException, AuthenticationException {
    Link kept = idle.take();
    if (kept != null) {
      kept.serve(deadline);
      try {
        return run(idle, kept, operation);
      } catch (LDAPException e) {
        if (!isGone(e) || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        // The server has closed it while nobody looked; the others are as old.
        idle.closeAll();
      }
    }
    return run(idle, open(idle, deadline), operation);
  }

  private static <T> T run(IdleLinks idle, Link link, Operation<T> operation)
      throws LDAPException, AuthenticationException {
    boolean sound = false;
    try {
      T result = operation.over(link);
      sound = true;
      return result;
    } catch (AuthenticationException e) {
      sound = true;
      throw e;
    } finally {
      if (sound) {
        idle.give(link);
      } else {
        link.close();
      }
    }
  }

  private static boolean isGone(LDAPException e) {
    return e.getResultCode().equals(ResultCode.SERVER_DOWN)
        || e.getResultCode().equals(ResultCode.CONNECT_ERROR);
  }

  private Link open(IdleLinks kind, Deadline deadline)
      throws LDAPException, AuthenticationException {
    int millis = deadline.millisFor(timeouts.effectiveConnect());
    RememberedSocket sockets = new RememberedSocket(sockets(), millis);
    LDAPConnection connection = new LDAPConnection(sockets, options(millis));
    boolean opened = false;
    try {
      connection.connect(address.host(), address.port(), millis);
      protect(connection);
      Duration operation = timeouts.effectiveOperation();
      Link link = new Link(connection, sockets.socket(), operation, deadline);
      if (kind == lookups && account != null) {
        account.of(link, deadline.millisFor(operation));
      }
      opened = true;
      return link;
    } finally {
      if (!opened) {
        connection.close();
      }
    }
  }

  private SocketFactory sockets() {
    return address.protection() == ServerAddress.Protection.LDAPS
        ? trust.sockets()
        : SocketFactory.getDefault();
  }

  private LDAPConnectionOptions options(int connectMillis) {
    LDAPConnectionOptions options = new LDAPConnectionOptions();
    options.setUseSynchronousMode(true);
    options.setConnectTimeoutMillis(connectMillis);
    options.setResponseTimeoutMillis(connectMillis);
    options.setMaxMessageSize(LARGEST_MESSAGE);
    options.setFollowReferrals(false);
    options.setBindWithDNRequiresPassword(true);
    return options;
  }

  private void protect(LDAPConnection connection) throws LDAPException {
    switch (address.protection()) {
      case START_TLS -> startTls(connection);
      case LOOPBACK -> {
        if (!connection.getConnectedInetAddress().isLoopbackAddress()) {
          throw new LDAPException(
              ResultCode.CONNECT_ERROR,
              "not on this machine, so that no password goes there in clear");
        }
      }
      case LDAPS, NONE -> {}
    }
  }

  private void startTls(LDAPConnection connection) throws LDAPException {
    ResultCode code;
    String reason;
    try {
      ExtendedResult result =
          connection.processExtendedOperation(new StartTLSExtendedRequest(trust.sockets()));
      code = result.getResultCode();
      reason = Reasons.of(code, result);
    } catch (LDAPException e) {
      throw new LDAPException(ResultCode.CONNECT_ERROR, "no StartTLS: " + Reasons.of(e), e);
    }
    if (!code.equals(ResultCode.SUCCESS)) {
      throw new LDAPException(ResultCode.CONNECT_ERROR, "no StartTLS: " + reason);
    }
  }
}
