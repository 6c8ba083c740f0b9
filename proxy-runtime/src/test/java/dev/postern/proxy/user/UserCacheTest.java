package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.user.StoredUser;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class UserCacheTest {
  private final UserCache cache = new UserCache();
  private final AtomicInteger loads = new AtomicInteger();

  @Test
  void readsOnceWhetherTheUserExistsOrNot() {
    for (int i = 0; i < 3; i++) {
      assertThat(cache.find("alice", name -> load(Optional.of(user(name))))).isPresent();
      assertThat(cache.find("nobody", _ -> load(Optional.empty()))).isEmpty();
    }

    assertThat(loads).hasValue(2);
  }

  @Test
  void doesNotRememberWhatWasReadBeforeAChange() {
    cache.find(
        "alice",
        name -> {
          cache.forget(List.of("alice"));
          return load(Optional.of(user(name)));
        });

    assertThat(cache.find("alice", _ -> load(Optional.empty()))).isEmpty();
  }

  @Test
  void remembersABoundedNumberOfNames() {
    for (int i = 0; i <= UserCache.CAPACITY; i++) {
      cache.find("user" + i, _ -> load(Optional.empty()));
    }
    loads.set(0);

    cache.find("user" + UserCache.CAPACITY, _ -> load(Optional.empty()));
    assertThat(loads).hasValue(0);
    cache.find("user0", _ -> load(Optional.empty()));
    assertThat(loads).hasValue(1);
  }

  private Optional<StoredUser> load(Optional<StoredUser> user) {
    loads.incrementAndGet();
    return user;
  }

  private static StoredUser user(String name) {
    return new StoredUser(name, true, null, null, List.of(), Set.of(), 0);
  }
}
