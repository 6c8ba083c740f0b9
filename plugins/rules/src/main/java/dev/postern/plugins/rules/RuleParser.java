package dev.postern.plugins.rules;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes rules of lines. What is wrong is said in PostgreSQL's words where it has some. */
final class RuleParser {
  private final Map<String, String> methods;
  private final IdentMap identities;
  private final List<RuleSet.Unused> unreachable = new ArrayList<>();
  private final List<RuleSet.Unused> unused = new ArrayList<>();

  /**
   * @param methods the authenticator for each method that is not Postern's own
   */
  RuleParser(Map<String, String> methods, IdentMap identities) {
    this.methods = methods;
    this.identities = identities;
  }

  RuleSet parse(List<Line> lines) throws BrokenFileException {
    List<Rule> rules = new ArrayList<>();
    for (Line line : lines) {
      rules.add(rule(line));
    }
    return new RuleSet(rules, identities, unreachable, unused);
  }

  private Rule rule(Line line) throws BrokenFileException {
    Place place = line.place();
    Iterator<List<Token>> fields = line.fields().iterator();
    Rule.Kind kind = Rule.Kind.of(place, single(place, fields, "connection type").text());
    Names databases = Names.ofDatabases(place, any(place, fields, "database specification"));
    Names users = Names.ofUsers(place, any(place, fields, "role specification"));
    Addresses addresses =
        kind == Rule.Kind.LOCAL ? new Addresses.Everywhere() : addresses(place, fields);
    String method = single(place, fields, "authentication method").text();
    Options options = new Options(place, kind, method);
    while (fields.hasNext()) {
      for (Token option : fields.next()) {
        options.add(option.text());
      }
    }
    if (kind.neverComes()) {
      unreachable.add(new RuleSet.Unused(place, kind.toString()));
    }
    Rule.Decision decision = decision(place, kind, method);
    Rule.Certificate certificate = options.certificate();
    if (!certificate.map().isEmpty() && !identities.has(certificate.map())) {
      throw new BrokenFileException(
          place, "map \"" + certificate.map() + "\" is not in the file that ident-file names");
    }
    if (!options.ignored().isEmpty()) {
      unused.add(new RuleSet.Unused(place, String.join(", ", options.ignored())));
    }
    return new Rule(place, kind, databases, users, addresses, decision, certificate);
  }

  private static List<Token> any(Place place, Iterator<List<Token>> fields, String what)
      throws BrokenFileException {
    if (!fields.hasNext()) {
      throw new BrokenFileException(place, "end-of-line before " + what);
    }
    return fields.next();
  }

  private static Token single(Place place, Iterator<List<Token>> fields, String what)
      throws BrokenFileException {
    List<Token> values = any(place, fields, what);
    if (values.size() > 1) {
      throw new BrokenFileException(place, "multiple values specified for " + what);
    }
    return values.getFirst();
  }

  private static Addresses addresses(Place place, Iterator<List<Token>> fields)
      throws BrokenFileException {
    Token token = single(place, fields, "IP address specification");
    if (token.is("all")) {
      return new Addresses.Everywhere();
    }
    if (token.is("samehost")) {
      return new Addresses.ThisHost();
    }
    if (token.is("samenet")) {
      return new Addresses.ThisNet();
    }
    String text = token.text();
    int slash = text.indexOf('/');
    NumericAddress address = numeric(place, "address", slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      if (slash >= 0) {
        throw new BrokenFileException(
            place, "specifying both host name and CIDR mask is invalid: \"" + text + "\"");
      }
      if (text.isEmpty()) {
        throw new BrokenFileException(place, "invalid IP address \"\"");
      }
      return new Addresses.Host(text);
    }
    int length = address.bytes().length;
    if (slash >= 0) {
      String ones = text.substring(slash + 1);
      if (!ones.matches("[0-9]{1,3}") || Integer.parseInt(ones) > 8 * length) {
        throw new BrokenFileException(place, "invalid CIDR mask in address \"" + text + "\"");
      }
      return new Addresses.Network(address, NumericAddress.mask(Integer.parseInt(ones), length));
    }
    String mask = single(place, fields, "netmask specification").text();
    NumericAddress ones = numeric(place, "mask", mask);
    if (ones == null) {
      throw new BrokenFileException(place, "invalid IP mask \"" + mask + "\"");
    }
    if (ones.bytes().length != length) {
      throw new BrokenFileException(place, "IP address and mask do not match");
    }
    return new Addresses.Network(address, ones);
  }

  private static @Nullable NumericAddress numeric(Place place, String what, String text)
      throws BrokenFileException {
    try {
      return NumericAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new BrokenFileException(
          place, "invalid IP " + what + " \"" + text + "\" (" + e.getMessage() + ")", e);
    }
  }

  private Rule.Decision decision(Place place, Rule.Kind kind, String method)
      throws BrokenFileException {
    switch (method) {
      case "trust" -> {
        return new Rule.Trust();
      }
      case "reject" -> {
        return new Rule.Reject();
      }
      case "cert" -> {
        if (kind != Rule.Kind.HOSTSSL) {
          throw new BrokenFileException(
              place, "cert authentication is only supported on hostssl connections");
        }
        return new Rule.ByCertificate();
      }
      default -> {}
    }
    if (!Methods.DELEGATED.contains(method)) {
      throw new BrokenFileException(place, "invalid authentication method \"" + method + "\"");
    }
    if (kind.neverComes()) {
      return new Rule.Reject();
    }
    if (method.equals("peer")) {
      throw new BrokenFileException(
          place, "peer authentication is only supported on local sockets");
    }
    String authenticator = methods.get(method);
    if (authenticator == null && method.equals("md5")) {
      // As PostgreSQL, which proves by SCRAM where the verifier is one for SCRAM.
      authenticator = methods.get("scram-sha-256");
    }
    if (authenticator == null) {
      throw new BrokenFileException(
          place,
          "no authenticator for method \"%s\" (expected: methods: {%s: NAME}, with the name of an authenticator of the configuration)"
              .formatted(method, method));
    }
    return new Rule.Delegate(method, authenticator);
  }
}
