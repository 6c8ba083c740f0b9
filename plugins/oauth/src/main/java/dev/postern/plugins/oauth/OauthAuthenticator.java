package dev.postern.plugins.oauth;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.postern.api.Bytes;
import dev.postern.api.Counter;
import dev.postern.api.FailureKind;
import dev.postern.api.PluginContext;
import dev.postern.api.Secret;
import dev.postern.api.SettingsException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.SaslExchange;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Safe for use by many threads. */
final class OauthAuthenticator implements Authenticator {
  private static final Logger log = LoggerFactory.getLogger(OauthAuthenticator.class);
  private static final String MECHANISM = "OAUTHBEARER";

  /** RFC 6750, section 2.1; the scheme in any case (RFC 7235, section 2.1). */
  private static final Pattern BEARER =
      Pattern.compile("bearer +([A-Za-z0-9._~+/-]+=*)", Pattern.CASE_INSENSITIVE);

  private final OauthConfig config;
  private final String instance;
  private final Tokens tokens;
  private final Admission admission;
  private final Counter refusals;
  private final Counter discoveries;

  OauthAuthenticator(OauthConfig config, PluginContext context) throws SettingsException {
    this.config = config;
    this.instance = context.instanceName();
    this.admission = new Admission(config, context);
    IssuerHttp http = context.closing(new IssuerHttp(config));
    SigningKeys keys = new SigningKeys(config, http, context);
    this.tokens = tokens(config, http, keys, new ClaimChecks(config, context.clock()));
    this.refusals = context.counter("refused_logins", "Logins that were refused for their token.");
    this.discoveries =
        context.counter("discoveries", "Connections of clients that asked who the issuer is.");
    keys.start();
  }

  private static Tokens tokens(
      OauthConfig config, IssuerHttp http, SigningKeys keys, ClaimChecks checks) {
    SignedTokens signed = new SignedTokens(config, keys, checks);
    IntrospectionConfig introspection = config.introspection();
    return introspection == null
        ? signed
        : new AnyTokens(
            signed,
            new IntrospectedTokens(config, introspection, http, checks),
            introspection.effectiveAlsoSigned());
  }

  @Override
  public boolean claims(ClientInfo client, StartupParameters startup) {
    return config.chain() == null || config.chain().isFor(startup);
  }

  @Override
  public AuthenticatedUser authenticate(AuthenticationExchange exchange)
      throws AuthenticationException {
    // Whoever reads a token can use it.
    if (exchange.client().tls() == null) {
      throw AuthenticationException.denied(
          "this login needs an encrypted connection (use sslmode=require or stronger)",
          "the authenticator asks for a token, and the connection is not encrypted");
    }
    PasswordConfig password = config.password();
    return password != null && password.isFor(exchange.client(), exchange.startup())
        ? byPassword(exchange)
        : byMechanism(exchange);
  }

  private AuthenticatedUser byPassword(AuthenticationExchange exchange)
      throws AuthenticationException {
    String user = exchange.startup().user();
    try (Secret password = exchange.cleartextPassword()) {
      return decide(text(password), user);
    } catch (TokenRefusedException e) {
      refusals.add(1);
      throw AuthenticationException.invalidPassword(user, refusal(e));
    } catch (IssuerException e) {
      throw unavailable(e);
    }
  }

  private static String text(Secret secret) {
    char[] characters = secret.toChars();
    try {
      return new String(characters);
    } finally {
      Arrays.fill(characters, '\0');
    }
  }

  private AuthenticatedUser byMechanism(AuthenticationExchange exchange)
      throws AuthenticationException {
    String user = exchange.startup().user();
    SaslExchange sasl = exchange.sasl(List.of(MECHANISM));
    String auth = firstMessage(sasl);
    if (auth.isEmpty()) {
      discoveries.add(1);
      throw told(
          sasl,
          TokenRefusedException.Status.INVALID_TOKEN,
          failed(user, "the client asked who the issuer is, and brought no token"));
    }
    try {
      Matcher bearer = BEARER.matcher(auth);
      if (!bearer.matches()) {
        throw new TokenRefusedException("it is no bearer token (RFC 6750)");
      }
      return decide(bearer.group(1), user);
    } catch (TokenRefusedException e) {
      refusals.add(1);
      throw told(sasl, e.status(), failed(user, refusal(e)));
    } catch (IssuerException e) {
      throw unavailable(e);
    }
  }

  private static String firstMessage(SaslExchange sasl) throws AuthenticationException {
    Secret initial = sasl.initialResponse();
    try (Secret message = initial == null ? sasl.challenge(Bytes.EMPTY) : initial) {
      return ClientMessage.auth(message);
    }
  }

  private AuthenticatedUser decide(String token, String user)
      throws TokenRefusedException, IssuerException, AuthenticationException {
    Claims claims = tokens.prove(token, Deadline.in(config.timeouts().effectiveLogin()));
    try {
      AuthenticatedUser admitted = admission.admit(claims, user);
      log.atInfo()
          .addKeyValue("plugin", instance)
          .addKeyValue("user", user)
          .log("a token was taken, of {}", Admission.subject(claims));
      return admitted;
    } catch (TokenRefusedException e) {
      throw new TokenRefusedException(
          e.status(), "%s (%s)".formatted(e.getMessage(), Admission.subject(claims)));
    }
  }

  /**
   * Tells the client why, and where tokens are to be had (RFC 7628, section 3.2.2), which it has to
   * acknowledge before it hears that the login has failed.
   *
   * @return what it hears then
   */
  private AuthenticationException told(
      SaslExchange sasl, TokenRefusedException.Status status, AuthenticationException refusal) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", status.toString());
    if (!config.scopes().isEmpty()) {
      answer.put("scope", String.join(" ", config.scopes()));
    }
    answer.put("openid-configuration", config.metadataForClients().toString());
    try (Secret acknowledged = sasl.challenge(Bytes.utf8(JSONObjectUtils.toJSONString(answer)))) {
      return ClientMessage.isAcknowledgement(acknowledged)
          ? refusal
          : ClientMessage.malformed("the client did not acknowledge a refusal");
    } catch (AuthenticationException e) {
      // Clients may go at this point; the log shall have the reason all the same.
      return e.kind() == FailureKind.CLIENT && e.sqlState().equals(SqlState.CONNECTION_FAILURE)
          ? refusal
          : e;
    }
  }

  private static AuthenticationException failed(String user, String detail) {
    return new AuthenticationException(
        SqlState.INVALID_AUTHORIZATION,
        FailureKind.CLIENT,
        "OAuth bearer authentication failed for user \"" + user + "\"",
        detail,
        null);
  }

  private static String refusal(TokenRefusedException e) {
    return "the token is refused: " + e.getMessage();
  }

  private static AuthenticationException unavailable(IssuerException e) {
    return AuthenticationException.unavailable(String.valueOf(e.getMessage()), null);
  }

  @Override
  public void close() {
    if (config.introspection() != null) {
      config.introspection().clientSecret().close();
    }
  }
}
