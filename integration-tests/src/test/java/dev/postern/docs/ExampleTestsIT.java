package dev.postern.docs;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The tests of the author's guide, against the test kit as it is. */
final class ExampleTestsIT {
  @TempDir static Path directory;

  private static URLClassLoader loader;

  @BeforeAll
  static void compile() throws Exception {
    Path main = Files.createDirectory(directory.resolve("main"));
    Path tests = Files.createDirectory(directory.resolve("tests"));
    ExampleProject project = new ExampleProject();
    project.compileMain(main);
    project.compileTests(main, tests);
    loader =
        new URLClassLoader(
            new URL[] {
              main.toUri().toURL(),
              tests.toUri().toURL(),
              ExampleProject.FOLDER.resolve("src/main/resources").toUri().toURL(),
              ExampleProject.FOLDER.resolve("src/test/resources").toUri().toURL()
            },
            ExampleTestsIT.class.getClassLoader());
  }

  @AfterAll
  static void close() throws IOException {
    loader.close();
  }

  /** As JUnit would run them: a new instance for each, with what is to run before and after it. */
  @TestFactory
  Stream<DynamicNode> theTestsOfTheExampleSucceed() throws Exception {
    List<DynamicNode> classes = new ArrayList<>();
    for (Path source : ExampleProject.testSources()) {
      String name = source.getFileName().toString().replace(".java", "");
      Class<?> type = loader.loadClass("com.example.postern." + name);
      classes.add(
          DynamicContainer.dynamicContainer(
              name,
              Stream.of(type.getDeclaredMethods())
                  .filter(ExampleTestsIT::isTest)
                  .map(test -> DynamicTest.dynamicTest(test.getName(), () -> run(type, test)))));
    }
    return classes.stream();
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(TestFactory.class);
  }

  private static void run(Class<?> type, Method test) throws Throwable {
    Constructor<?> constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    Object instance = constructor.newInstance();
    call(instance, BeforeEach.class);
    try {
      test.setAccessible(true);
      if (test.invoke(instance) instanceof Stream<?> made) {
        try (made) {
          for (Object node : made.toList()) {
            run((DynamicNode) node);
          }
        }
      }
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      call(instance, AfterEach.class);
    }
  }

  private static void run(DynamicNode node) throws Throwable {
    switch (node) {
      case DynamicTest test -> test.getExecutable().execute();
      case DynamicContainer container -> {
        for (DynamicNode child : container.getChildren().toList()) {
          run(child);
        }
      }
      default -> throw new IllegalStateException("unknown: " + node);
    }
  }

  private static void call(Object instance, Class<? extends Annotation> wanted) throws Exception {
    for (Method method : instance.getClass().getDeclaredMethods()) {
      if (method.isAnnotationPresent(wanted)) {
        method.setAccessible(true);
        method.invoke(instance);
      }
    }
  }
}
