package dev.postern.proxy.admin;

import dev.postern.api.Secret;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.user.StoredUser;
import dev.postern.api.user.StoredVerifier;
import dev.postern.proxy.scram.VerifierFactory;
import dev.postern.proxy.user.BackendMapping;
import dev.postern.proxy.user.NewVerifier;
import dev.postern.proxy.user.StoreException;
import dev.postern.proxy.user.UserEntry;
import dev.postern.proxy.user.UserSettings;
import dev.postern.proxy.user.UserStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The operations on a store that this process has open. Hashes passwords on the caller's thread.
 */
public final class UserAdministration implements UserOperations {
  private final UserStore store;

  /**
   * Does not take the store over: whoever opened it closes it.
   *
   * @param store open
   */
  public UserAdministration(UserStore store) {
    this.store = store;
  }

  @Override
  public List<UserView> list() {
    return ask(() -> store.list().stream().map(UserView::of).toList());
  }

  @Override
  public UserView show(String name) {
    return ask(() -> UserView.of(store.entry(name)));
  }

  @Override
  public UserView add(NewUser user) {
    return ask(
        () -> {
          ScramVerifier verifier = verifier(user.password(), user.verifier(), null);
          store.add(user.name(), NewVerifier.of(verifier), user.settings());
          return UserView.of(store.entry(user.name()));
        });
  }

  @Override
  public UserView setPassword(String name, NewPassword password) {
    Duration overlap = password.overlap() == null ? Duration.ZERO : password.overlap();
    boolean currentCountsOn = !overlap.isZero() || password.validFrom() != null;
    return ask(
        () -> {
          StoredUser user = store.entry(name).user();
          // One exchange can prove either only if they have one salt.
          ScramVerifier current =
              currentCountsOn && !user.verifiers().isEmpty()
                  ? user.verifiers().getFirst().verifier()
                  : null;
          ScramVerifier verifier = verifier(password.password(), password.verifier(), current);
          store.setPassword(
              name,
              new NewVerifier(verifier, password.validFrom(), password.validUntil(), overlap));
          return UserView.of(store.entry(name));
        });
  }

  private ScramVerifier verifier(
      @Nullable Secret password, @Nullable Secret verifier, @Nullable ScramVerifier sameSaltAs) {
    if (verifier != null && password == null) {
      return Verifiers.parse(text(verifier));
    }
    if (verifier != null || password == null) {
      throw AdminException.invalid("expected: either a password or a verifier");
    }
    if (password.isEmpty()) {
      throw AdminException.invalid("password: empty");
    }
    return sameSaltAs == null
        ? VerifierFactory.create(password, store.iterations())
        : VerifierFactory.create(password, sameSaltAs.iterations(), sameSaltAs.salt());
  }

  private static String text(Secret secret) {
    char[] characters = secret.toChars();
    String text = new String(characters);
    Arrays.fill(characters, '\0');
    return text;
  }

  @Override
  public UserView change(String name, UserSettings settings) {
    return ask(
        () -> {
          store.change(name, settings);
          return UserView.of(store.entry(name));
        });
  }

  @Override
  public UserView setEnabled(String name, boolean enabled) {
    return ask(
        () -> {
          store.setEnabled(name, enabled);
          return UserView.of(store.entry(name));
        });
  }

  @Override
  public void remove(String name) {
    ask(
        () -> {
          store.remove(name);
          return name;
        });
  }

  @Override
  public List<ImportOutcome> importUsers(ImportRequest request) {
    return ask(() -> new UserImport(store, request).run());
  }

  @Override
  public List<ExportedUser> export() {
    Instant now = Instant.now();
    return ask(() -> store.list().stream().flatMap(entry -> exported(entry, now)).toList());
  }

  private static Stream<ExportedUser> exported(UserEntry entry, Instant now) {
    return entry.user().verifiers().stream()
        .filter(stored -> stored.isValidAt(now))
        .limit(1)
        .map(StoredVerifier::verifier)
        .map(
            verifier ->
                new ExportedUser(entry.name(), Secret.ofPassword(verifier.toText().toCharArray())));
  }

  @Override
  public List<BackendMapping> mappings() {
    return ask(() -> store.mappings().list());
  }

  @Override
  public void setMapping(NewMapping mapping) {
    ask(
        () -> {
          store.mappings().set(mapping.user(), mapping.route(), mapping.role(), mapping.password());
          return mapping;
        });
  }

  @Override
  public void removeMapping(String user, @Nullable String route) {
    ask(
        () -> {
          store.mappings().remove(user, route);
          return user;
        });
  }

  @Override
  public StoreSettings settings() {
    return new StoreSettings(store.iterations());
  }

  @Override
  public StoreSettings changeSettings(StoreSettings settings) {
    return ask(
        () -> {
          store.setIterations(settings.iterations());
          return settings();
        });
  }

  private static <T> T ask(Supplier<T> operation) {
    try {
      return operation.get();
    } catch (StoreException e) {
      throw AdminException.of(e);
    }
  }
}
