package dev.postern.plugins.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The options at the end of a line. Their values may be secrets: none is in a message. */
final class Options {
  private final Place place;
  private final Rule.Kind kind;
  private final String method;
  private final List<String> ignored = new ArrayList<>();
  private boolean required;
  private boolean named;
  private boolean byDn;
  private String map = "";

  Options(Place place, Rule.Kind kind, String method) {
    this.place = place;
    this.kind = kind;
    this.method = method;
    if (method.equals("cert")) {
      required = true;
      named = true;
    }
  }

  void add(String option) throws BrokenFileException {
    int equals = option.indexOf('=');
    if (equals < 0) {
      throw new BrokenFileException(place, "authentication option not in name=value format");
    }
    String name = option.substring(0, equals);
    String value = option.substring(equals + 1);
    switch (name) {
      case "map" -> map(value);
      case "clientcert" -> clientCertificate(value);
      case "clientname" -> clientName(value);
      default -> {
        if (Methods.OPTIONS.values().stream().noneMatch(known -> known.contains(name))) {
          throw new BrokenFileException(place, "unrecognized authentication option name");
        }
        if (!Methods.OPTIONS.getOrDefault(method, Set.of()).contains(name)) {
          throw new BrokenFileException(
              place,
              "authentication option \"%s\" is not valid for method \"%s\""
                  .formatted(name, method));
        }
        ignored.add(name);
      }
    }
  }

  private void map(String value) throws BrokenFileException {
    if (!Methods.MAPPING.contains(method)) {
      throw new BrokenFileException(
          place,
          "authentication option \"map\" is only valid for authentication methods ident, peer,"
              + " gssapi, sspi, cert, and oauth");
    }
    if (!method.equals("cert") && !kind.neverComes()) {
      throw new BrokenFileException(
          place,
          "authentication option \"map\" is supported for method cert only (expected: the"
              + " authenticator for \"%s\" maps names itself)".formatted(method));
    }
    map = method.equals("cert") ? value : "";
  }

  private void clientCertificate(String value) throws BrokenFileException {
    if (kind != Rule.Kind.HOSTSSL) {
      throw new BrokenFileException(
          place, "clientcert can only be configured for \"hostssl\" rows");
    }
    boolean full = value.equals("verify-full");
    if (!full && !value.equals("verify-ca")) {
      throw new BrokenFileException(place, "invalid value for clientcert");
    }
    if (!full && method.equals("cert")) {
      throw new BrokenFileException(
          place, "clientcert only accepts \"verify-full\" when using \"cert\" authentication");
    }
    required = true;
    named = full;
  }

  private void clientName(String value) throws BrokenFileException {
    if (kind != Rule.Kind.HOSTSSL) {
      throw new BrokenFileException(
          place, "clientname can only be configured for \"hostssl\" rows");
    }
    if (!value.equals("CN") && !value.equals("DN")) {
      throw new BrokenFileException(place, "invalid value for clientname");
    }
    byDn = value.equals("DN");
  }

  Rule.Certificate certificate() {
    return required ? new Rule.Certificate(true, named, byDn, map) : Rule.Certificate.NONE;
  }

  List<String> ignored() {
    return ignored;
  }
}
