package dev.postern.proxy.pool;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection that listens for all clients of a pool. It is there while somebody listens and
 * {@value #LINGER_SECONDS} seconds longer, and is opened again when it is lost. It is not counted
 * among the pool's connections. Safe for use by many threads; what it knows belongs to one event
 * loop.
 */
public final class ListeningConnection {
  private static final Logger log = LoggerFactory.getLogger(ListeningConnection.class);

  /** How long it stays when nobody listens any more, in seconds. */
  private static final int LINGER_SECONDS = 10;

  /** Who wants to listen in a transaction holds a server connection meanwhile. */
  private static final Duration OPENING_TIMEOUT = Duration.ofSeconds(10);

  /**
   * What is seen of it from outside.
   *
   * @param open whether there is a connection
   * @param channels that are listened to
   * @param clients that listen
   */
  public record View(boolean open, int channels, int clients) {
    public static final View NONE = new View(false, 0, 0);
  }

  private final Pool pool;
  private final EventLoop loop;
  private final Audience audience = new Audience();

  /** Who waits for a connection. */
  private final List<Asking> waiting = new ArrayList<>();

  private @Nullable ListeningPort port;
  private boolean opening;

  /** Whether it will be opened a moment later. */
  private boolean pausing;

  /** Whether notifications may have been missed. */
  private boolean interrupted;

  private final OpeningAttempts attempts;
  private volatile boolean busy;
  private volatile View view = View.NONE;

  ListeningConnection(Pool pool, EventLoop loop) {
    this.pool = pool;
    this.loop = loop;
    attempts = new OpeningAttempts(pool);
  }

  Pool pool() {
    return pool;
  }

  /** A moment old. */
  View view() {
    return view;
  }

  /** Whether it is open, or will be. */
  boolean isNeeded() {
    return busy;
  }

  /**
   * Listens to channels for a listener, until it releases them.
   *
   * @param names as servers keep them, a char for each byte
   * @param done told on the listener's event loop when they are listened to, or why that cannot be;
   *     the channels have to be released in this case as well
   */
  public void retain(
      Listener listener, Collection<String> names, Consumer<@Nullable Exception> done) {
    loop.execute(
        () -> {
          List<SharedChannel> unconfirmed = audience.add(listener, names);
          Asking asking = new Asking(listener, done, true);
          if (port == null) {
            waiting.add(asking);
            open();
          } else {
            port.listen(unconfirmed, asking);
          }
          changed();
        });
  }

  /** The listener does not need these channels any more. */
  public void release(Listener listener, Collection<String> names) {
    loop.execute(
        () -> {
          List<String> deserted = audience.remove(listener, names);
          if (port != null && !deserted.isEmpty()) {
            port.unlisten(deserted);
          }
          changed();
          if (audience.isEmpty()) {
            interrupted = false; // those who may have missed something have gone
            closeSoon();
          }
        });
  }

  /**
   * Waits until all notifications have come of transactions that servers have reported as
   * committed.
   *
   * @param done told on the listener's event loop; where there is no connection, at once
   */
  public void catchUp(Listener listener, Runnable done) {
    loop.execute(
        () -> {
          if (port == null) {
            listener.eventLoop().execute(done);
          } else {
            port.catchUp(new Asking(listener, error -> done.run(), false));
          }
        });
  }

  /**
   * Nothing more is read from the server while a listener is behind; it has to see to it that this
   * is not for long.
   */
  public void behind(Listener listener, boolean isBehind) {
    loop.execute(
        () -> {
          audience.behind(listener, isBehind);
          if (port != null) {
            port.reading(audience.takesMore());
          }
        });
  }

  private void changed() {
    busy = port != null || opening || !audience.isEmpty();
    view = new View(port != null, audience.channels().size(), audience.listeners().size());
  }

  // ---- the connection

  private void open() {
    if (opening || port != null) {
      return;
    }
    opening = true;
    pool.opener()
        .open(
            pool,
            loop,
            OPENING_TIMEOUT,
            new Opener.Receiver() {
              @Override
              public void opened(Opener.Opened opened) {
                begin(ListeningPort.on(opened, ListeningConnection.this));
              }

              @Override
              public void failed(Exception cause, boolean ofTheServer) {
                openingFailed(cause, ofTheServer);
              }
            });
  }

  private void begin(@Nullable ListeningPort opened) {
    if (opened == null) {
      openingFailed(new IOException("the server closed the connection after the login"), false);
      return;
    }
    opening = false;
    port = opened;
    opened.reading(audience.takesMore());
    opened.prepare(audience.channels(), this::prepared);
    changed();
    if (audience.isEmpty()) {
      closeSoon();
    }
  }

  /** It is as it should be, and listens to all channels that there were. */
  private void prepared(@Nullable Exception error) {
    ListeningPort current = port;
    if (current == null) {
      return; // lost meanwhile
    }
    if (error != null) {
      port = null;
      audience.unconfirmAll();
      current.close();
      openingFailed(error, false);
      return;
    }
    attempts.succeeded();
    if (interrupted) {
      interrupted = false;
      List<Notification> missed = List.of(Notification.MISSED);
      audience.listeners().forEach(each -> each.eventLoop().execute(() -> each.notified(missed)));
    }
    // Who came while it was being prepared has asked for channels that are not in its first query.
    List<Asking> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(asking -> asking.tell(null));
  }

  private void openingFailed(Exception cause, boolean ofTheServer) {
    opening = false;
    attempts.failed(cause, ofTheServer);
    List<Asking> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(asking -> asking.tell(cause));
    changed();
    openLater();
  }

  private void openLater() {
    if (!audience.isEmpty() && !pausing && !loop.isShuttingDown()) {
      pausing = true;
      var _ = loop.schedule(this::openIfWanted, attempts.nextPauseMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void openIfWanted() {
    pausing = false;
    if (!audience.isEmpty()) {
      open();
      changed();
    }
  }

  /** The connection is gone. */
  void lost(ListeningPort from, List<Asking> unanswered) {
    if (from != port) {
      unanswered.forEach(asking -> asking.tell(new IOException("the connection was closed")));
      return;
    }
    port = null;
    audience.unconfirmAll();
    for (Asking asking : unanswered) {
      if (asking.patient()) {
        waiting.add(asking);
      } else {
        asking.tell(null);
      }
    }
    if (!audience.isEmpty()) {
      interrupted = true;
      log.atWarn().addKeyValue("pool", pool.key()).log("the listening connection is lost");
    }
    changed();
    openLater();
  }

  private void closeSoon() {
    if (pool.isRetired()) {
      closeUnlessNeeded();
    } else if (!loop.isShuttingDown()) {
      var _ = loop.schedule(this::closeUnlessNeeded, LINGER_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void closeUnlessNeeded() {
    ListeningPort current = port;
    if (audience.isEmpty() && current != null) {
      port = null;
      current.close();
      changed();
      log.atInfo().addKeyValue("pool", pool.key()).log("listening connection closed");
    }
  }

  /** The pool is not used any more, but for the clients that it has. */
  void retire() {
    loop.execute(this::closeUnlessNeeded);
  }

  // ---- what comes

  Collection<Listener> listenersTo(String channel) {
    return audience.listenersTo(channel);
  }
}
