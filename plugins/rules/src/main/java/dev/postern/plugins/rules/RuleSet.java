package dev.postern.plugins.rules;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read, in its order. Immutable.
 *
 * @param unreachable kinds of lines that are for no connection of Postern
 * @param unused names of options that an authenticator's own configuration takes the place of
 */
record RuleSet(
    List<Rule> rules, IdentMap identities, List<Unused> unreachable, List<Unused> unused) {
  RuleSet {
    rules = List.copyOf(rules);
    unreachable = List.copyOf(unreachable);
    unused = List.copyOf(unused);
  }

  /** Something in a file that has no effect here. */
  record Unused(Place place, String what) {}

  /** The first that is for a login, or {@code null}. */
  @Nullable Rule first(Login login, HostNames names, Interfaces interfaces)
      throws UndecidedException {
    Client client = new Client(login.address(), names, interfaces);
    for (Rule rule : rules) {
      try {
        // Names first: to look up the client's host takes long.
        if (rule.kind().isFor(login.encrypted())
            && rule.databases().haveDatabaseOf(login)
            && rule.users().haveUser(login.user())
            && client.isIn(rule.addresses())) {
          return rule;
        }
      } catch (UndecidedException e) {
        throw new UndecidedException(rule.place() + ": " + e.getMessage(), e);
      }
    }
    return null;
  }

  /** Whoever logs in. Its name is looked up once at most. */
  private static final class Client {
    private final InetAddress address;
    private final HostNames names;
    private final Interfaces interfaces;
    private boolean lookedUp;
    private @Nullable String name;

    Client(InetAddress address, HostNames names, Interfaces interfaces) {
      this.address = address;
      this.names = names;
      this.interfaces = interfaces;
    }

    boolean isIn(Addresses addresses) throws UndecidedException {
      return switch (addresses) {
        case Addresses.Everywhere _ -> true;
        case Addresses.ThisHost _ -> interfaces.hasHost(address);
        case Addresses.ThisNet _ -> interfaces.hasNet(address);
        case Addresses.Network network -> network.has(address);
        case Addresses.Host host -> isNamed(host);
      };
    }

    private boolean isNamed(Addresses.Host host) throws UndecidedException {
      if (!lookedUp) {
        name = names.of(address);
        lookedUp = true;
      }
      return name != null && host.is(name);
    }
  }
}
