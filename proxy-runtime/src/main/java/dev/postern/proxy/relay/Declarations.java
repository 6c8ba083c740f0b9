package dev.postern.proxy.relay;

import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.codec.MessageTypes;
import dev.postern.proxy.plugin.Calls;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all interceptors declared for one session. Filled before the relay starts, read by its event
 * loop.
 */
public final class Declarations {
  private static final Logger log = LoggerFactory.getLogger(Declarations.class);

  private record Closing(String interceptor, Consumer<CloseReason> handler, Calls calls) {}

  final Handlers<FrontendMessage> frontend = new Handlers<>();
  final Handlers<BackendMessage> backend = new Handlers<>();
  private final List<Closing> closings = new ArrayList<>();
  private final boolean physicalReplication;
  private int interceptors;
  private volatile boolean sealed;

  public Declarations() {
    this(false);
  }

  /**
   * @param physicalReplication whether the session speaks to a server that knows no SQL
   */
  public Declarations(boolean physicalReplication) {
    this.physicalReplication = physicalReplication;
  }

  /**
   * Where one interceptor declares; call for them in the configuration's order.
   *
   * @param calls where what it is called for is counted
   */
  public Interests of(String interceptor, Calls calls) {
    return new InterestsOf(interceptor, interceptors++, calls);
  }

  /** The same for one whose calls nobody counts. */
  Interests of(String interceptor) {
    return of(interceptor, new Calls());
  }

  /** What decides about the client's messages also needs what the backend says to some of them. */
  GivenAnswers givenAnswers() {
    backend.want((byte) 'E');
    backend.want((byte) 'I');
    backend.want((byte) '3');
    return new GivenAnswers();
  }

  boolean isPhysicalReplication() {
    return physicalReplication;
  }

  /** From now on nothing more can be declared. */
  void seal() {
    sealed = true;
  }

  private void checkOpen(String interceptor) {
    if (sealed) {
      throw new IllegalStateException(
          "interceptor "
              + interceptor
              + " declares an interest after the session has begun (expected: within open())");
    }
  }

  void closed(CloseReason reason) {
    frontend.count();
    backend.count();
    LoopCalls loop = LoopCalls.ofThisThread();
    for (Closing closing : closings) {
      try {
        loop.run(() -> closing.handler().accept(reason));
      } catch (Throwable e) {
        closing.calls().failed();
        log.atWarn()
            .addKeyValue("plugin", closing.interceptor())
            .setCause(e)
            .log("interceptor failed at the end of a session");
      }
    }
  }

  private final class InterestsOf implements Interests {
    private final String interceptor;
    private final int place;
    private final Calls calls;

    /**
     * How many of this interceptor's own backend handlers stand at the front already, to keep their
     * order.
     */
    private int ownBackendHandlers;

    InterestsOf(String interceptor, int place, Calls calls) {
      this.interceptor = interceptor;
      this.place = place;
      this.calls = calls;
    }

    @Override
    @SuppressWarnings("unchecked") // it is called with messages of its class only
    public <M extends FrontendMessage> Interests observeFrontend(
        Class<M> type, Consumer<? super M> handler) {
      return frontend(type, (Consumer<FrontendMessage>) handler, null);
    }

    @Override
    public <M extends FrontendMessage> Interests interceptFrontend(
        Class<M> type, Function<? super M, Verdict<FrontendMessage>> handler) {
      return frontend(type, null, message -> handler.apply(type.cast(message)));
    }

    @Override
    @SuppressWarnings("unchecked") // it is called with messages of its class only
    public <M extends BackendMessage> Interests observeBackend(
        Class<M> type, Consumer<? super M> handler) {
      return backend(type, (Consumer<BackendMessage>) handler, null);
    }

    @Override
    public <M extends BackendMessage> Interests interceptBackend(
        Class<M> type, Function<? super M, Verdict<BackendMessage>> handler) {
      return backend(type, null, message -> handler.apply(type.cast(message)));
    }

    private Interests frontend(
        Class<? extends FrontendMessage> type,
        @Nullable Consumer<FrontendMessage> observer,
        @Nullable Function<FrontendMessage, Verdict<FrontendMessage>> decider) {
      checkOpen(interceptor);
      var types = MessageTypes.frontendTypes(type);
      var handler = new Handler<>(interceptor, place, type, types, observer, decider, calls);
      frontend.add(handler, frontend.size());
      return this;
    }

    private Interests backend(
        Class<? extends BackendMessage> type,
        @Nullable Consumer<BackendMessage> observer,
        @Nullable Function<BackendMessage, Verdict<BackendMessage>> decider) {
      checkOpen(interceptor);
      var types = MessageTypes.backendTypes(type);
      var handler = new Handler<>(interceptor, place, type, types, observer, decider, calls);
      backend.add(handler, ownBackendHandlers++);
      return this;
    }

    @Override
    public Interests onUndecoded(Consumer<UndecodedMessage> handler) {
      checkOpen(interceptor);
      frontend.addUndecoded(interceptor, handler);
      backend.addUndecoded(interceptor, handler);
      return this;
    }

    @Override
    public Interests onClose(Consumer<CloseReason> handler) {
      checkOpen(interceptor);
      closings.add(new Closing(interceptor, handler, calls));
      return this;
    }
  }
}
