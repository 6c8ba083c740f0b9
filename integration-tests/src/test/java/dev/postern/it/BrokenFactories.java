package dev.postern.it;

import dev.postern.it.TestPlugins.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Plugins whose code fails, in every way and at every moment of a start. */
final class BrokenFactories {
  /** Ways to fail, with what the operator reads of them. */
  private static final Map<String, String> FAILURES =
      Map.ofEntries(
          Map.entry("throw new IllegalStateException(\"on purpose\");", "on purpose"),
          Map.entry("throw new IllegalStateException();", "IllegalStateException"),
          Map.entry("fail(new java.io.IOException(\"checked\"));", "checked"),
          Map.entry("throw new OddError(\"an Error of its own\");", "an Error of its own"),
          Map.entry("throw new StackOverflowError();", "StackOverflowError"),
          Map.entry("throw new OutOfMemoryError(\"pretended\");", "pretended"),
          Map.entry("throw new NoClassDefFoundError(\"com/acme/Gone\");", "com.acme.Gone"),
          Map.entry("throw new AssertionError(\"never\");", "never"),
          Map.entry("throw new java.util.ServiceConfigurationError(\"no service\");", "no service"),
          Map.entry(
              "throw new IllegalStateException(\"two\\nlines \\u001b[31m and a colour\");",
              "and a colour"));

  private static final String MADE = "plugins/made.jar";

  private BrokenFactories() {}

  static List<Breakage> all() {
    List<Breakage> cases = new ArrayList<>();
    FAILURES.forEach(
        (failure, told) -> {
          cases.add(
              broken("constructor: " + failure, Part.CONSTRUCTOR, constructor(failure), told));
          cases.add(broken("name(): " + failure, Part.NAME, body(failure), told));
          cases.add(broken("configType(): " + failure, Part.TYPE, body(failure), told));
          cases.add(broken("its record: " + failure, Part.RECORD, perhaps(failure), told));
          cases.add(later("create: " + failure, Part.CREATE, body(failure), MADE, told));
        });
    cases.add(
        broken(
            "static initializer",
            Part.STATIC,
            "fail(new Exception(\"statically\"));",
            "statically"));
    cases.add(broken("a factory that is not public", Part.CLASS, "final class", "cannot be"));
    cases.add(
        broken("an abstract factory", Part.CLASS, "public abstract class", "cannot be created"));
    cases.add(
        broken("a private constructor", Part.CONSTRUCTOR, "private Factory() {}", "cannot be cre"));
    cases.add(
        broken("a constructor that asks", Part.CONSTRUCTOR, "public Factory(int i) {}", "cannot"));
    for (String name : List.of("null", "\"\"", "\"Made\"", "\"ma de\"", "\"m\".repeat(64)")) {
      cases.add(broken("the name " + name, Part.NAME, "return " + name + ";", "name() is not fit"));
    }
    cases.add(broken("no type", Part.TYPE, "return null;", "configType() is not a record"));
    cases.add(
        broken(
            "no record", Part.TYPE, "return (Class) String.class;", "configType() is not a rec"));
    for (String type : List.of("java.util.Date date", "Object any", "int[] numbers")) {
      cases.add(broken("a setting of type " + type, Part.COMPONENTS, type, "configuration record"));
    }
    cases.add(later("nothing made", Part.CREATE, "return null;", MADE, "create gave nothing"));
    cases.add(
        Breakage.later(
            "one that fails to close, behind another that fails to begin",
            home -> {
              TestPlugins.with(
                      Map.of(
                          Part.CLOSE,
                          "throw new OddError(\"while closing\");",
                          Part.CREATE,
                          "if (config.text() == null) { return new Made(); }"
                              + " throw new IllegalStateException(config.text());"))
                  .write(home.plugin("made.jar"));
              home.write(
                  home.goodYaml()
                      .replace(
                          "{plugin: made}",
                          "{plugin: made}, {plugin: made, name: more, config: {text: boom}}"));
            },
            MADE,
            "interceptor more",
            "boom"));
    return cases;
  }

  private static String constructor(String body) {
    return "public Factory() { " + perhaps(body) + " }";
  }

  private static String body(String failure) {
    return perhaps(failure) + " return null;";
  }

  /** The compiler must not know that nothing comes behind it. */
  private static String perhaps(String failure) {
    return "if (System.nanoTime() != 0) { " + failure + " }";
  }

  private static Breakage broken(String name, Part part, String code, String told) {
    return Breakage.of(
        name,
        home -> TestPlugins.with(Map.of(part, code)).write(home.plugin("made.jar")),
        "made",
        told);
  }

  private static Breakage later(String name, Part part, String code, String... told) {
    return Breakage.later(
        name, home -> TestPlugins.with(Map.of(part, code)).write(home.plugin("made.jar")), told);
  }
}
