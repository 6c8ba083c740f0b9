package dev.postern.api.message;

import java.util.List;

/**
 * Asks for a SASL exchange, to begin with a {@link SASLInitialResponse}.
 *
 * @param mechanisms names, in the server's order of preference
 */
public record AuthenticationSASL(List<String> mechanisms) implements AuthenticationRequest {
  public AuthenticationSASL {
    mechanisms = List.copyOf(mechanisms);
  }
}
