package dev.postern.proxy.relay;

import io.netty.util.concurrent.Promise;
import org.jspecify.annotations.Nullable;

/** What a cancel request finds a pooled session at: waiting for something, or at its server. */
final class Cancels {
  private final PooledRelay relay;
  private final Lease lease;
  private final Acquisition acquisition;
  private final Requests requests;

  Cancels(PooledRelay relay, Lease lease, Acquisition acquisition, Requests requests) {
    this.relay = relay;
    this.lease = lease;
    this.acquisition = acquisition;
    this.requests = requests;
  }

  /** As {@link Relay#cancel}. */
  void request(Promise<@Nullable CancelTarget> target) {
    if (acquisition.stop()) {
      drop();
      lease.flush();
      cancelled(target);
      return;
    }
    Listening listening = relay.listening();
    if (listening != null && listening.isBeginning()) {
      begin(listening);
      cancelled(target);
    } else if (listening != null && listening.retained().cancel()) {
      cancelled(target);
    } else {
      lease.cancel(target);
    }
  }

  /** Of a transaction that waits for the listening connection: nothing of it has gone on. */
  private void begin(Listening listening) {
    drop();
    if (!requests.isHolding()) {
      listening.beginsNothing();
      relay.settlement().look();
    }
  }

  /** What was asked first is not to be done. */
  private void drop() {
    relay.client().waiting(false);
    Listening listening = relay.listening();
    if (listening != null) {
      listening.retained().takeFailure(); // of a LISTEN that came so far as to wait for a backend
    }
    requests.cancel();
  }

  private void cancelled(Promise<@Nullable CancelTarget> target) {
    relay.client().flush();
    relay.departure().passedOn();
    target.trySuccess(null);
  }
}
