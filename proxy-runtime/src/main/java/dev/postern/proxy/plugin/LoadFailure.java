package dev.postern.proxy.plugin;

import dev.postern.api.SettingsException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * A plugin's exception in words.
 *
 * @param reason what went wrong
 * @param remedy what the operator or the plugin's author can do
 */
record LoadFailure(String reason, String remedy) {
  private static final int LONGEST = 500;

  static LoadFailure of(Throwable failure) {
    return switch (failure) {
      case ExceptionInInitializerError e when e.getCause() != null -> {
        LoadFailure cause = of(e.getCause());
        yield new LoadFailure("static initializer: " + cause.reason, cause.remedy);
      }
      case UnsupportedClassVersionError e ->
          new LoadFailure(
              "made for a newer Java than " + Runtime.version().feature() + ": " + message(e),
              "build it with --release " + Runtime.version().feature() + " or lower");
      case ClassFormatError e -> damaged(e);
      case VerifyError e -> damaged(e);
      case ClassNotFoundException e when e.getCause() instanceof IOException damage ->
          damaged(damage);
      case ClassNotFoundException e -> missing(message(e));
      case NoClassDefFoundError e when e.getCause() instanceof ClassNotFoundException cause ->
          of(cause);
      case NoClassDefFoundError e when message(e).contains("(wrong name: ") -> damaged(e);
      case NoClassDefFoundError e -> missing(message(e));
      case SettingsException e -> new LoadFailure(message(e), "correct it");
      case NoSuchFileException e ->
          new LoadFailure(
              "file not found: " + message(e), "put it there, or correct the configuration");
      case FileSystemException e ->
          new LoadFailure(
              "cannot use a file: " + message(e), "check it, its owner and the configuration");
      case LinkageError e ->
          new LoadFailure(
              "does not fit the classes that it runs with: "
                  + e.getClass().getSimpleName()
                  + ": "
                  + message(e),
              "build it again with this Postern's proxy-api, and take along the versions of"
                  + " libraries that it was built with");
      default ->
          new LoadFailure(
              "failed with "
                  + failure.getClass().getName()
                  + (failure.getMessage() == null ? "" : ": " + message(failure)),
              "see the plugin's documentation, or remove the plugin");
    };
  }

  private static LoadFailure damaged(Throwable failure) {
    return new LoadFailure(
        "holds a damaged class: " + message(failure), "build or copy the jar again");
  }

  private static LoadFailure missing(String name) {
    String type = name.replace('/', '.');
    if (type.startsWith("Could not initialize class")) {
      return new LoadFailure(type, "see the error before this one");
    }
    String remedy =
        type.startsWith("dev.postern.api.")
            ? "build the plugin with this Postern's proxy-api"
            : "put the library that has it into the jar, or make a folder of the plugin's jar and"
                + " its libraries; Postern's own libraries are not open to plugins";
    return new LoadFailure("class " + type + " is missing", remedy);
  }

  /** On one line: what plugins say goes to the log. */
  static String message(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    String line = message.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
  }
}
