package dev.postern.plugins.rules;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.TlsInfo;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the line that a login is for, and does as it says. Safe for use by many threads. */
final class RulesAuthenticator implements Authenticator {
  private static final Logger log = LoggerFactory.getLogger(RulesAuthenticator.class);

  private final RulesInService service;
  private final HostNames names;
  private final Interfaces interfaces = new Interfaces();
  private final String instance;
  private final Set<String> delegates;

  /**
   * @param instance its own name
   * @param delegates to whom it may delegate
   */
  RulesAuthenticator(
      RulesInService service, HostNames names, String instance, Set<String> delegates) {
    this.service = service;
    this.names = names;
    this.instance = instance;
    this.delegates = delegates;
  }

  @Override
  public Set<String> delegates() {
    return delegates;
  }

  @Override
  public AuthenticatedUser authenticate(AuthenticationExchange exchange)
      throws AuthenticationException {
    RuleSet rules = service.current();
    try {
      Login login = login(exchange);
      Rule rule = rules.first(login, names, interfaces);
      if (rule == null) {
        throw Refusals.noEntry(login);
      }
      if (rule.decision() instanceof Rule.Reject) {
        throw Refusals.rejected(login, rule.place());
      }
      X509Certificate certificate = certificate(rule, exchange.client());
      AuthenticatedUser user =
          switch (rule.decision()) {
            case Rule.Delegate delegate -> delegated(exchange, delegate, rule);
            case Rule.Trust _, Rule.ByCertificate _ -> AuthenticatedUser.named(login.user());
            case Rule.Reject _ -> throw new IllegalStateException();
          };
      confirm(user, rules, rule, login, certificate);
      tell(exchange.client(), login, rule);
      return user;
    } catch (UndecidedException e) {
      throw AuthenticationException.unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  private static Login login(AuthenticationExchange exchange)
      throws AuthenticationException, UndecidedException {
    ClientInfo client = exchange.client();
    InetAddress address = client.address().getAddress();
    if (address == null) {
      throw new UndecidedException("the client's address is not known", null);
    }
    return Login.of(exchange.startup(), address, client.tls() != null);
  }

  private static AuthenticatedUser delegated(
      AuthenticationExchange exchange, Rule.Delegate delegate, Rule rule)
      throws AuthenticationException {
    try {
      return exchange.delegate(delegate.authenticator());
    } catch (AuthenticationException e) {
      throw new AuthenticationException(
          e.sqlState(),
          e.kind(),
          e.clientMessage(),
          e.getMessage() + " (" + rule.place() + ", method " + delegate.method() + ")",
          e);
    }
  }

  private static @Nullable X509Certificate certificate(Rule rule, ClientInfo client)
      throws AuthenticationException {
    TlsInfo tls = client.tls();
    X509Certificate given = tls == null ? null : tls.clientCertificate();
    if (rule.certificate().required() && given == null) {
      throw AuthenticationException.denied(
          "connection requires a valid client certificate",
          rule.place()
              + " asks for a client certificate, and there is none (does the listener have"
              + " client-certificates and client-ca?)");
    }
    return given;
  }

  /** Checks, as PostgreSQL does, after the proof; what it gave is forgotten if that fails. */
  private void confirm(
      AuthenticatedUser user,
      RuleSet rules,
      Rule rule,
      Login login,
      @Nullable X509Certificate certificate)
      throws AuthenticationException, UndecidedException {
    boolean confirmed = false;
    try {
      checkCertificate(rules, rule, login, certificate);
      checkName(user.name(), rules, rule, login);
      confirmed = true;
    } finally {
      if (!confirmed) {
        closeSecrets(user);
      }
    }
  }

  /** An authenticator may give the session another name, but not past a line about that name. */
  private void checkName(String name, RuleSet rules, Rule rule, Login login)
      throws AuthenticationException, UndecidedException {
    if (!name.equals(login.user())
        && !rule.equals(rules.first(login.withUser(name), names, interfaces))) {
      throw AuthenticationException.denied(
          "authentication failed for user \"" + login.user() + "\"",
          "the session would be \"%s\", and the line for that user is not %s"
              .formatted(name, rule.place()));
    }
  }

  private static void checkCertificate(
      RuleSet rules, Rule rule, Login login, @Nullable X509Certificate given)
      throws AuthenticationException, UndecidedException {
    Rule.Certificate expected = rule.certificate();
    if (!expected.named() || given == null) {
      return; // without one, it was refused where one is required
    }
    String subject = SubjectName.of(given, expected.byDn());
    if (subject != null && rules.identities().allows(expected.map(), subject, login.user())) {
      return;
    }
    String detail =
        "the client certificate of \"%s\" is not for user \"%s\" (%s)"
            .formatted(given.getSubjectX500Principal().getName(), login.user(), rule.place());
    throw rule.decision() instanceof Rule.Delegate
        ? AuthenticationException.invalidPassword(login.user(), detail)
        : AuthenticationException.denied(
            "certificate authentication failed for user \"" + login.user() + "\"", detail);
  }

  private static void closeSecrets(AuthenticatedUser user) {
    if (user.scramKeys() != null) {
      user.scramKeys().close();
    }
    if (user.password() != null) {
      user.password().close();
    }
  }

  private void tell(ClientInfo client, Login login, Rule rule) {
    String method =
        switch (rule.decision()) {
          case Rule.Delegate delegate -> delegate.method();
          case Rule.Trust _ -> "trust";
          case Rule.ByCertificate _ -> "cert";
          case Rule.Reject _ -> "reject";
        };
    log.atInfo()
        .addKeyValue("plugin", instance)
        .addKeyValue("sessionId", client.sessionId())
        .addKeyValue("client", NumericAddress.text(login.address()))
        .addKeyValue("user", login.user())
        .addKeyValue("database", login.database())
        .addKeyValue("rule", rule.place().toString())
        .addKeyValue("method", method)
        .log("login allowed");
  }
}
