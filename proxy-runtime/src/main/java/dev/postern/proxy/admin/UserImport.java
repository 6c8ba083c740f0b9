package dev.postern.proxy.admin;

import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.user.StoredUser;
import dev.postern.proxy.admin.ImportOutcome.Result;
import dev.postern.proxy.scram.VerifierFactory;
import dev.postern.proxy.user.ForeignUser;
import dev.postern.proxy.user.ImportedUser;
import dev.postern.proxy.user.StoreException;
import dev.postern.proxy.user.UserStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes users over from another system. What stands for a password there is told apart as
 * PostgreSQL and PgBouncer do: a SCRAM verifier, an md5 hash, or else the password itself.
 */
final class UserImport {
  private static final Pattern MD5 = Pattern.compile("md5[0-9a-f]{32}");
  private static final String SCRAM = "SCRAM-SHA-256$";

  private final UserStore store;
  private final ImportRequest request;
  private final List<ImportOutcome> outcomes = new ArrayList<>();
  private final List<ImportedUser> imported = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();

  UserImport(UserStore store, ImportRequest request) {
    this.store = store;
    this.request = request;
  }

  /** All that can be taken over is, in one go. */
  List<ImportOutcome> run() {
    for (ForeignUser user : request.users()) {
      try {
        outcomes.add(consider(user));
      } catch (AdminException | StoreException e) {
        outcomes.add(skipped(user, String.valueOf(e.getMessage())));
      }
    }
    store.importAll(imported);
    return outcomes;
  }

  private ImportOutcome consider(ForeignUser user) {
    if (!seen.add(user.name())) {
      return skipped(user, "named twice in what is imported");
    }
    StoredUser existing = store.find(user.name()).orElse(null);
    char[] secret = user.secret().toChars();
    try {
      if (secret.length == 0) {
        return skipped(user, "has no password");
      }
      String text = new String(secret);
      if (MD5.matcher(text).matches()) {
        return skipped(user, "has an md5 hash, which no SCRAM login can be proved against");
      }
      return text.startsWith(SCRAM)
          ? verifier(user, Verifiers.parse(text), existing)
          : password(user, existing);
    } finally {
      Arrays.fill(secret, '\0');
    }
  }

  private ImportOutcome verifier(
      ForeignUser user, ScramVerifier verifier, @Nullable StoredUser existing) {
    boolean unchanged =
        existing != null
            && existing.verifiers().stream().anyMatch(has -> has.verifier().equals(verifier));
    return unchanged
        ? new ImportOutcome(user.name(), Result.UNCHANGED, null)
        : take(user, verifier, existing);
  }

  private ImportOutcome password(ForeignUser user, @Nullable StoredUser existing) {
    boolean unchanged =
        existing != null
            && existing.verifiers().stream()
                .anyMatch(has -> VerifierFactory.matches(user.secret(), has.verifier()));
    return unchanged
        ? new ImportOutcome(user.name(), Result.UNCHANGED, null)
        : take(user, VerifierFactory.create(user.secret(), store.iterations()), existing);
  }

  private ImportOutcome take(
      ForeignUser user, ScramVerifier verifier, @Nullable StoredUser existing) {
    if (existing != null && !request.replace()) {
      return skipped(user, "exists with another password");
    }
    imported.add(new ImportedUser(user.name(), verifier, user.validUntil()));
    return new ImportOutcome(user.name(), existing == null ? Result.ADDED : Result.REPLACED, null);
  }

  private static ImportOutcome skipped(ForeignUser user, String reason) {
    return new ImportOutcome(user.name(), Result.SKIPPED, reason);
  }
}
