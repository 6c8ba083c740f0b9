package dev.postern.plugins.oauth;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Takes the body of an answer as bytes, up to a limit. */
final class HttpAnswers implements BodySubscriber<byte[]> {
  private final int limit;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();

  private HttpAnswers(int limit) {
    this.limit = limit;
  }

  static BodyHandler<byte[]> upTo(int limit) {
    return information -> new HttpAnswers(limit);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
    body.whenComplete(
        (whole, failure) -> {
          if (failure != null) {
            subscription.cancel();
          }
        });
  }

  @Override
  public void onNext(List<ByteBuffer> parts) {
    for (ByteBuffer part : parts) {
      int more = part.remaining();
      if (body.isDone()) {
        return;
      }
      if (more > limit - content.size()) {
        body.completeExceptionally(
            new IssuerException("an answer of more than %d bytes".formatted(limit)));
        return;
      }
      byte[] bytes = new byte[more];
      part.get(bytes);
      content.writeBytes(bytes);
    }
  }

  @Override
  public void onError(Throwable failure) {
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    body.complete(content.toByteArray());
  }
}
