package dev.postern.proxy.plugin;

import org.jspecify.annotations.Nullable;

/**
 * Which instance a login asks, and which one has thrown what: for whoever has to say on whose
 * account the login failed. Used by the login's thread, but for {@link #now}.
 */
public final class Asked {
  private volatile @Nullable String now;
  private @Nullable Throwable thrown;
  private @Nullable String thrower;

  /** One call of an instance. */
  @FunctionalInterface
  interface Call<T, X extends Exception> {
    @Nullable T make() throws X;
  }

  /** Calls an instance, which may have others called. */
  @SuppressWarnings("ReferenceEquality") // the same throw, and not one like it
  <T, X extends Exception> @Nullable T of(String instance, Call<T, X> call) throws X {
    String before = now;
    now = instance;
    try {
      return call.make();
    } catch (Throwable e) {
      if (e != thrown) { // it is that of another instance otherwise, which this one lets pass
        thrown = e;
        thrower = instance;
      }
      throw e;
    } finally {
      now = before;
    }
  }

  /** Tells an instance something. */
  public void tell(String instance, Runnable news) {
    Call<Void, RuntimeException> call =
        () -> {
          news.run();
          return null;
        };
    of(instance, call);
  }

  /** The same, of what the login does not fail with: an instance hears that it has failed. */
  public void tellOfFailure(String instance, Runnable news) {
    now = instance;
    try {
      news.run();
    } finally {
      now = null;
    }
  }

  /** The instance that is being asked; {@code null}: none. For any thread. */
  public @Nullable String now() {
    return now;
  }

  /** The instance that has thrown this, or what has led to it; {@code null}: none has. */
  @SuppressWarnings("ReferenceEquality") // as above
  public @Nullable String thrower(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e == thrown) {
        return thrower;
      }
    }
    return null;
  }
}
