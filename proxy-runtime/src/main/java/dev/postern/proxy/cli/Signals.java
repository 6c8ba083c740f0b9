package dev.postern.proxy.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals of the process. A shutdown hook cannot tell a second SIGTERM from the first, so this
 * uses the JDK's own {@code sun.misc.Signal} (module jdk.unsupported), by reflection: naming it is
 * a warning that cannot be suppressed. Where a JVM lacks it, a signal ends the process at once.
 */
final class Signals {
  private static final Logger log = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /** Calls the handler, on a thread of the JVM's, each time the signal arrives. */
  static void on(String signal, Runnable handler) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      InvocationHandler invocation =
          (proxy, method, arguments) -> {
            // The JVM calls nothing else of a handler.
            if (method.getName().equals("handle")) {
              handler.run();
            }
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(), new Class<?>[] {handlerType}, invocation);
      type.getMethod("handle", type, handlerType)
          .invoke(null, type.getConstructor(String.class).newInstance(signal), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      log.atWarn().addKeyValue("signal", signal).log("cannot be handled here: {}", e.toString());
    }
  }
}
