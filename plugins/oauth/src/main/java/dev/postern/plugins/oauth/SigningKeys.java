package dev.postern.plugins.oauth;

import dev.postern.api.PluginContext;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's keys, kept and read again: regularly, and when a token comes with one that is not
 * known, but not more often than the configuration allows, whoever sends such tokens. There is one
 * request at a time; logins that need its answer wait for it. While the issuer does not answer,
 * what was read last counts, up to a bound. Safe for use by many threads.
 */
final class SigningKeys {
  private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);

  /** Before they are first read without need: a start has enough to do. */
  private static final Duration FIRST = Duration.ofSeconds(1);

  /** How often somebody looks whether it is time. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  /** After a failure, where there are keys. */
  private static final Duration RETRY = Duration.ofSeconds(30);

  /** After a failure, where there are none and somebody wants to log in. */
  private static final Duration EAGER_RETRY = Duration.ofSeconds(1);

  /** What was read, and when. */
  private record Fetched(KeySet keys, Instant at) {}

  private final OauthConfig config;
  private final PluginContext context;
  private final IssuerHttp http;
  private volatile @Nullable Fetched fetched;

  /** Guarded by this, as the rest. */
  private @Nullable CompletableFuture<KeySet> underWay;

  private @Nullable Instant lastAttempt;
  private @Nullable Instant lastForced;
  private boolean failing;
  private String failure = "it was not asked yet";

  SigningKeys(OauthConfig config, IssuerHttp http, PluginContext context) {
    this.config = config;
    this.context = context;
    this.http = http;
    context.gauge("signing_keys", "Keys of the issuer that are known.", this::known);
    context.gauge(
        "signing_keys_age_seconds",
        "Seconds since the issuer's keys were read; -1: never.",
        this::age);
  }

  private double known() {
    Fetched last = fetched;
    return last == null ? 0 : last.keys().size();
  }

  private double age() {
    Fetched last = fetched;
    return last == null
        ? -1
        : Duration.between(last.at(), context.clock().instant()).toMillis() / 1000.0;
  }

  /** Reads the keys from now on, soon or when a login needs them; waits for nothing. */
  void start() {
    context.threads().execute(this::readFirst);
    context.every(LOOK, this::refreshIfDue);
  }

  private void readFirst() {
    try {
      Thread.sleep(FIRST);
      refreshIfDue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the instance is closed
    }
  }

  private void refreshIfDue() {
    synchronized (this) {
      Fetched last = fetched;
      boolean due =
          (last == null || failing)
              ? isPast(lastAttempt, last == null ? LOOK : RETRY)
              : isPast(last.at(), config.keys().effectiveRefresh());
      if (!due) {
        return;
      }
    }
    begin();
  }

  /**
   * The keys that are known.
   *
   * @throws IssuerException if there are none, or they are too old to count
   */
  KeySet current(Deadline deadline) throws IssuerException {
    KeySet usable = usable();
    if (usable != null) {
      return usable;
    }
    CompletableFuture<KeySet> answer;
    synchronized (this) {
      usable = usable(); // they may have come since
      if (usable != null) {
        return usable;
      }
      answer = underWay;
      if (answer == null) {
        if (!isPast(lastAttempt, EAGER_RETRY)) {
          throw new IssuerException("the issuer's keys are not known: " + failure);
        }
        answer = begin();
      }
    }
    return await(answer, deadline);
  }

  /** Those that are not too old to count. */
  private @Nullable KeySet usable() {
    Fetched last = fetched;
    return last == null
            || last.at().plus(config.keys().effectiveKeep()).isBefore(context.clock().instant())
        ? null
        : last.keys();
  }

  /**
   * Asks for keys that are newer than these, which do not have what a token names; {@code null} if
   * there are none, or it is too early to ask.
   */
  @Nullable KeySet newerThan(KeySet known, Deadline deadline) throws IssuerException {
    CompletableFuture<KeySet> answer;
    synchronized (this) {
      Fetched last = fetched;
      if (last != null && last.keys() != known) {
        return last.keys();
      }
      answer = underWay;
      if (answer == null) {
        if (!isPast(lastForced, config.keys().effectiveUnknownKey())) {
          return null;
        }
        lastForced = context.clock().instant();
        answer = begin();
      }
    }
    return await(answer, deadline);
  }

  /** Also where the clock was put back. */
  private boolean isPast(@Nullable Instant since, Duration time) {
    if (since == null) {
      return true;
    }
    Instant now = context.clock().instant();
    return now.isBefore(since) || !now.isBefore(since.plus(time));
  }

  private synchronized CompletableFuture<KeySet> begin() {
    if (underWay != null) {
      return underWay;
    }
    CompletableFuture<KeySet> answer = new CompletableFuture<>();
    underWay = answer;
    lastAttempt = context.clock().instant();
    try {
      context.threads().execute(() -> fetch(answer));
    } catch (RejectedExecutionException e) {
      ended(answer, null, new IssuerException("the plugin is closed", e));
    }
    return answer;
  }

  private void fetch(CompletableFuture<KeySet> answer) {
    try {
      URI jwks = config.jwks() == null ? discovered() : config.jwks();
      ended(answer, KeySet.of(http.get(jwks)), null);
    } catch (IssuerException e) {
      ended(answer, null, e);
    } catch (RuntimeException | Error e) { // whoever waits has to hear of it
      ended(answer, null, new IssuerException("the issuer's answer cannot be read: " + e, e));
    }
  }

  private URI discovered() throws IssuerException {
    URI address = config.metadataAddress();
    Map<String, Object> document = http.get(address);
    // So that nobody else's document is taken for the issuer's (RFC 8414, section 3.3).
    if (!config.issuer().toString().equals(document.get("issuer"))) {
      throw new IssuerException(
          "%s is of issuer \"%s\" (expected: \"%s\")"
              .formatted(
                  address, OneLine.of(String.valueOf(document.get("issuer"))), config.issuer()));
    }
    if (!(document.get("jwks_uri") instanceof String text)) {
      throw new IssuerException(address + " does not say where the keys are (jwks_uri)");
    }
    try {
      URI jwks = URI.create(text);
      String problem = Web.problem(jwks, config.effectiveInsecureHttp());
      if (problem != null) {
        throw new IssuerException(address + ": jwks_uri: " + problem);
      }
      return jwks;
    } catch (IllegalArgumentException e) {
      throw new IssuerException(address + ": jwks_uri is no address", e);
    }
  }

  /** One of keys and failure is there. */
  private void ended(
      CompletableFuture<KeySet> answer, @Nullable KeySet keys, @Nullable IssuerException e) {
    boolean news;
    boolean failed;
    synchronized (this) {
      underWay = null;
      failed = failing;
      news = failing != (keys == null) || (keys != null && fetched == null);
      failing = keys == null;
      if (keys != null) {
        fetched = new Fetched(keys, context.clock().instant());
      } else if (e != null) {
        failure = String.valueOf(e.getMessage());
      }
    }
    if (news && keys == null) {
      log.atWarn()
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("issuer", config.issuer())
          .addKeyValue("reason", e == null ? "" : OneLine.of(e.getMessage()))
          .log(
              usable() == null
                  ? "the issuer's keys cannot be read; nobody can log in with a signed token"
                  : "the issuer's keys cannot be read; those that are known count for a while");
    } else if (news) {
      (failed ? log.atWarn() : log.atInfo())
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("issuer", config.issuer())
          .log("the issuer's keys were read" + (failed ? " again" : ""));
    }
    if (keys != null) {
      answer.complete(keys);
    } else {
      answer.completeExceptionally(e);
    }
  }

  private static KeySet await(CompletableFuture<KeySet> answer, Deadline deadline)
      throws IssuerException {
    try {
      return answer.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IssuerException("the issuer's keys did not come within timeouts.login", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IssuerException("the login was ended from outside", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IssuerException(cause == null ? "" : String.valueOf(cause.getMessage()), cause);
    }
  }
}
