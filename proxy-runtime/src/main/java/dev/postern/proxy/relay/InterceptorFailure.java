package dev.postern.proxy.relay;

/** An interceptor's handler threw. Ends the session, and no other. */
final class InterceptorFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String interceptor;

  InterceptorFailure(String interceptor, Throwable cause) {
    super("interceptor " + interceptor + " failed: " + cause, cause);
    this.interceptor = interceptor;
  }

  String interceptor() {
    return interceptor;
  }
}
