package dev.postern.plugins.oauth;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the issuer for JSON. Follows nobody to another address, takes a bounded answer, and waits
 * for a bounded time. Safe for use by many threads; blocks.
 */
final class IssuerHttp implements AutoCloseable {
  private final @Nullable Path trust;
  private final TimeoutsConfig timeouts;
  private final int limit;

  /** Guarded by this, as the rest. */
  private @Nullable HttpClient client;

  /** When the CAs were changed that the client trusts. */
  private @Nullable FileTime trusting;

  private boolean closed;

  IssuerHttp(OauthConfig config) {
    this.trust = config.trust();
    this.timeouts = config.timeouts();
    this.limit = config.limits().effectiveResponse();
  }

  Map<String, Object> get(URI address) throws IssuerException {
    return send(HttpRequest.newBuilder(address).GET(), Deadline.in(timeouts.effectiveRequest()));
  }

  /**
   * @param deadline if it comes before {@code timeouts.request} is over
   */
  Map<String, Object> send(HttpRequest.Builder builder, Deadline deadline) throws IssuerException {
    HttpRequest request = builder.header("Accept", "application/json").build();
    Deadline end =
        Deadline.in(
            Duration.ofNanos(
                Math.min(deadline.leftNanos(), timeouts.effectiveRequest().toNanos())));
    try {
      return attempt(request, end);
    } catch (ClosedException e) {
      return again(request, end);
    }
  }

  /** A connection that was kept may have been closed at the other end, of which nobody knew. */
  private static final class ClosedException extends Exception {
    private static final long serialVersionUID = 1L;

    ClosedException(Throwable cause) {
      super(cause);
    }
  }

  private Map<String, Object> again(HttpRequest request, Deadline end) throws IssuerException {
    try {
      return attempt(request, end);
    } catch (ClosedException e) {
      throw new IssuerException(request.uri() + ": " + reason(e), e);
    }
  }

  private Map<String, Object> attempt(HttpRequest request, Deadline end)
      throws IssuerException, ClosedException {
    URI address = request.uri();
    // The client's own timeout ends with the headers of the answer.
    CompletableFuture<HttpResponse<byte[]>> answer =
        client().sendAsync(request, HttpAnswers.upTo(limit));
    try {
      HttpResponse<byte[]> response = answer.get(end.leftNanos(), TimeUnit.NANOSECONDS);
      if (response.statusCode() != 200) {
        throw new IssuerException(
            "%s answered with status %d (expected: 200)".formatted(address, response.statusCode()));
      }
      return json(response.body());
    } catch (TimeoutException e) {
      throw new IssuerException(address + " did not answer in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IssuerException("the question to " + address + " was cut off", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io
          && !(io instanceof HttpTimeoutException || io instanceof SSLException)) {
        throw new ClosedException(io);
      }
      throw new IssuerException(address + ": " + reason(e), e);
    } catch (CancellationException e) {
      throw new IssuerException(address + ": the question was cut off", e);
    } catch (ParseException | CharacterCodingException e) {
      throw new IssuerException(address + " answered with something else than a JSON object", e);
    } finally {
      answer.cancel(true);
    }
  }

  /** Another one if the CAs may have changed. */
  private synchronized HttpClient client() throws IssuerException {
    if (closed) {
      throw new IssuerException("the plugin is closed");
    }
    FileTime changed = changed();
    if (client == null || !Objects.equals(changed, trusting)) {
      HttpClient newer =
          HttpClient.newBuilder()
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(timeouts.effectiveConnect())
              .sslContext(Trust.context(trust))
              .build();
      if (client != null) {
        client.shutdown();
      }
      client = newer;
      trusting = changed;
    }
    return client;
  }

  private @Nullable FileTime changed() throws IssuerException {
    try {
      return trust == null ? null : Files.getLastModifiedTime(trust);
    } catch (IOException e) {
      throw new IssuerException("file not found or not readable: " + trust, e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (client != null) {
      client.shutdownNow();
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && (cause instanceof ExecutionException
            || cause instanceof ClosedException
            || cause.getMessage() == null
            || cause.getCause() instanceof IssuerException)) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case IssuerException own -> String.valueOf(own.getMessage());
      case HttpTimeoutException late -> "no connection in time";
      case IOException io when io.getMessage() == null -> "no connection";
      default -> OneLine.of(cause.toString());
    };
  }

  private static Map<String, Object> json(byte[] body)
      throws CharacterCodingException, ParseException {
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    return JSONObjectUtils.parse(text);
  }
}
