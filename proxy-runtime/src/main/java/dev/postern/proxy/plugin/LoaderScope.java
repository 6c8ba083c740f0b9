package dev.postern.proxy.plugin;

/** Makes a loader the thread's context class loader until it is closed, on the same thread. */
final class LoaderScope implements AutoCloseable {
  private final ClassLoader before;

  private LoaderScope(ClassLoader before) {
    this.before = before;
  }

  static LoaderScope enter(ClassLoader loader) {
    Thread thread = Thread.currentThread();
    LoaderScope scope = new LoaderScope(thread.getContextClassLoader());
    thread.setContextClassLoader(loader);
    return scope;
  }

  @Override
  public void close() {
    Thread.currentThread().setContextClassLoader(before);
  }
}
