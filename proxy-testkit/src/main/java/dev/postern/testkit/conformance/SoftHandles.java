package dev.postern.testkit.conformance;

import static java.lang.invoke.MethodType.methodType;

import dev.postern.testkit.conformance.companion.Passing;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.runtime.ObjectMethods;
import java.util.Objects;

/**
 * The JDK keeps, softly, the last method handle that it made for a record's {@code equals}, {@code
 * hashCode} and {@code toString}, and with it the class loader of a component's type, until memory
 * is short. That is nothing that a plugin has done.
 */
final class SoftHandles {
  private SoftHandles() {}

  /** Puts handles of a record in the place of those, whose class loader is nobody's. */
  static void displace() {
    try {
      Class<?> type = new Throwaway().load(Passing.class);
      // The last type that is asked for is kept: one of the throwaway loader.
      MethodHandle component =
          MethodHandles.publicLookup()
              .findVirtual(type, "other", methodType(Object.class))
              .asType(methodType(type, type));
      ObjectMethods.bootstrap(
          MethodHandles.lookup(),
          "equals",
          methodType(boolean.class, type, Object.class),
          type,
          "other",
          component);
      ObjectMethods.bootstrap(
          MethodHandles.lookup(),
          "hashCode",
          methodType(int.class, type),
          type,
          "other",
          component);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Throwaway extends ClassLoader {
    Throwaway() {
      super(ClassLoader.getPlatformClassLoader());
    }

    Class<?> load(Class<?> original) throws IOException {
      String file = "/" + original.getName().replace('.', '/') + ".class";
      try (InputStream in = Objects.requireNonNull(original.getResourceAsStream(file), file)) {
        byte[] code = in.readAllBytes();
        return defineClass(original.getName(), code, 0, code.length);
      }
    }
  }
}
