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
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the issuer for JSON. Follows nobody to another address, takes a bounded answer, and waits
 * for a bounded time. Safe for use by many threads; blocks.
 */
final class IssuerHttp {
  private final @Nullable Path trust;
  private final TimeoutsConfig timeouts;
  private final int limit;

  IssuerHttp(OauthConfig config) {
    this.trust = config.trust();
    this.timeouts = config.timeouts();
    this.limit = config.limits().effectiveResponse();
  }

  Map<String, Object> get(URI address) throws IssuerException {
    return send(HttpRequest.newBuilder(address).GET());
  }

  /**
   * The request is made with a client of its own, since it is rare and the CAs may have changed.
   */
  Map<String, Object> send(HttpRequest.Builder request) throws IssuerException {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeouts.effectiveConnect())
            .sslContext(Trust.context(trust))
            .build();
    try {
      return send(client, request.header("Accept", "application/json").build());
    } finally {
      client.shutdownNow();
    }
  }

  private Map<String, Object> send(HttpClient client, HttpRequest request) throws IssuerException {
    URI address = request.uri();
    Duration limit = timeouts.effectiveRequest();
    // The client's own timeout ends with the headers of the answer.
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, HttpAnswers.upTo(this.limit));
    try {
      HttpResponse<byte[]> response = answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IssuerException(
            "%s answered with status %d (expected: 200)".formatted(address, response.statusCode()));
      }
      return json(response.body());
    } catch (TimeoutException e) {
      throw new IssuerException("%s did not answer within %s".formatted(address, limit), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IssuerException("the question to " + address + " was cut off", e);
    } catch (ExecutionException | CancellationException e) {
      throw new IssuerException(address + ": " + reason(e), e);
    } catch (ParseException | CharacterCodingException e) {
      throw new IssuerException(address + " answered with something else than a JSON object", e);
    } finally {
      answer.cancel(true);
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && (cause instanceof ExecutionException
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
