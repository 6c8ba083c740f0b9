package dev.postern.testkit.spi;

import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Message;
import dev.postern.api.session.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A session with one interceptor, whose messages a test plays. Hand it to {@code
 * MessageInterceptor.open}, then let the client and the server send.
 */
public final class FakeInterests implements Interests {
  /** A handler with the type that it was declared for; an observer always forwards. */
  private record Handler<M>(Class<? extends M> type, Function<M, Verdict<M>> decide) {
    static <M, T extends M> Handler<M> observer(Class<T> type, Consumer<? super T> handler) {
      return new Handler<>(
          type,
          message -> {
            handler.accept(type.cast(message));
            return Verdict.forward();
          });
    }

    static <M, T extends M> Handler<M> decider(
        Class<T> type, Function<? super T, Verdict<M>> handler) {
      return new Handler<>(type, message -> handler.apply(type.cast(message)));
    }
  }

  private final List<Handler<FrontendMessage>> frontend = new ArrayList<>();
  private final List<Handler<BackendMessage>> backend = new ArrayList<>();
  private final List<Consumer<UndecodedMessage>> undecoded = new ArrayList<>();
  private final List<Consumer<CloseReason>> closers = new ArrayList<>();

  @Override
  public <M extends FrontendMessage> Interests observeFrontend(
      Class<M> type, Consumer<? super M> handler) {
    frontend.add(Handler.observer(type, handler));
    return this;
  }

  @Override
  public <M extends FrontendMessage> Interests interceptFrontend(
      Class<M> type, Function<? super M, Verdict<FrontendMessage>> handler) {
    frontend.add(Handler.decider(type, handler));
    return this;
  }

  @Override
  public <M extends BackendMessage> Interests observeBackend(
      Class<M> type, Consumer<? super M> handler) {
    backend.add(Handler.observer(type, handler));
    return this;
  }

  @Override
  public <M extends BackendMessage> Interests interceptBackend(
      Class<M> type, Function<? super M, Verdict<BackendMessage>> handler) {
    backend.add(Handler.decider(type, handler));
    return this;
  }

  @Override
  public Interests onUndecoded(Consumer<UndecodedMessage> handler) {
    undecoded.add(handler);
    return this;
  }

  @Override
  public Interests onClose(Consumer<CloseReason> handler) {
    closers.add(handler);
    return this;
  }

  /** Whether nothing was declared, so that the session costs nothing. */
  public boolean isEmpty() {
    return frontend.isEmpty() && backend.isEmpty() && closers.isEmpty();
  }

  /** The client sends these, one after the other, whatever is decided on them. */
  public FakeInterests client(FrontendMessage... messages) {
    for (FrontendMessage message : messages) {
      onClient(message);
    }
    return this;
  }

  /** The server sends these, one after the other, whatever is decided on them. */
  public FakeInterests server(BackendMessage... messages) {
    for (BackendMessage message : messages) {
      onServer(message);
    }
    return this;
  }

  /** The client sends this. Returns what was decided: to forward it, where nobody wanted it. */
  public Verdict<FrontendMessage> onClient(FrontendMessage message) {
    return decide(frontend, message);
  }

  /** The client sends this. Returns what it is answered with; nothing, where it is the server's. */
  public List<BackendMessage> answerTo(FrontendMessage message) {
    return onClient(message) instanceof Verdict.Answer<FrontendMessage>(var messages)
        ? messages
        : List.of();
  }

  /** The server sends this. Returns what was decided: to forward it, where nobody wanted it. */
  public Verdict<BackendMessage> onServer(BackendMessage message) {
    return decide(backend, message);
  }

  /** A message passes that is too large to be decoded; whoever said so is told. */
  public FakeInterests undecoded(UndecodedMessage message) {
    undecoded.forEach(handler -> handler.accept(message));
    return this;
  }

  /** The session ends. */
  public void close(CloseReason reason) {
    closers.forEach(handler -> handler.accept(reason));
  }

  /** The same for either side; allocates nothing itself. */
  Verdict<?> decide(Message message, boolean fromClient) {
    return fromClient
        ? decide(frontend, (FrontendMessage) message)
        : decide(backend, (BackendMessage) message);
  }

  /** The first decision that is not to forward; handlers after it do not see the message. */
  private static <M> Verdict<M> decide(List<Handler<M>> handlers, M message) {
    for (int i = 0; i < handlers.size(); i++) {
      Handler<M> handler = handlers.get(i);
      if (handler.type().isInstance(message)) {
        Verdict<M> verdict = handler.decide().apply(message);
        if (!(verdict instanceof Verdict.Forward<M>)) {
          return verdict;
        }
      }
    }
    return Verdict.forward();
  }
}
