package dev.postern.proxy.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * What a jar says about itself, read without loading a class of it.
 *
 * @param apiLevel the manifest's {@code Postern-Api}, unread
 * @param version the manifest's {@code Implementation-Version}
 * @param hasServices whether there is a services file for a kind of plugin, be it empty
 * @param providers what the services files name
 * @param apiClass an entry that belongs to Postern's API and must not be here
 * @param strayEntry an entry whose name points out of the jar
 * @param classPath what the manifest's {@code Class-Path} names: class loaders follow it
 */
record JarFacts(
    Path jar,
    @Nullable String apiLevel,
    @Nullable String version,
    boolean hasServices,
    Map<PluginKind, List<String>> providers,
    @Nullable String apiClass,
    @Nullable String strayEntry,
    List<String> classPath) {
  static final String API_LEVEL = "Postern-Api";

  /** Of a manifest or a services file, unpacked; those that there are have some hundred bytes. */
  private static final int LARGEST_FILE = 1 << 20;

  static JarFacts of(Path jar) throws IOException {
    JarVersions.check(jar);
    try (JarFile file = new JarFile(jar.toFile(), false)) {
      Attributes main = manifest(file);
      Map<PluginKind, List<String>> providers = new EnumMap<>(PluginKind.class);
      boolean hasServices = false;
      for (PluginKind kind : PluginKind.values()) {
        JarEntry services = file.getJarEntry(kind.servicesFile());
        if (services != null) {
          hasServices = true;
          providers.put(kind, providers(file, services));
        }
      }
      List<String> names = file.stream().map(JarEntry::getName).toList();
      return new JarFacts(
          jar,
          main.getValue(API_LEVEL),
          main.getValue(Attributes.Name.IMPLEMENTATION_VERSION),
          hasServices,
          providers,
          names.stream().filter(JarFacts::isApiClass).findFirst().orElse(null),
          names.stream().filter(JarFacts::isStray).findFirst().orElse(null),
          classPath(main));
    }
  }

  /** Of each manifest, in capitals or not: the file may have several, and one of them is taken. */
  private static Attributes manifest(JarFile file) throws IOException {
    for (JarEntry entry : file.stream().filter(JarFacts::isManifest).toList()) {
      content(file, entry);
    }
    return Optional.ofNullable(file.getManifest())
        .map(Manifest::getMainAttributes)
        .orElseGet(Attributes::new);
  }

  private static boolean isManifest(JarEntry entry) {
    return JarFile.MANIFEST_NAME.equalsIgnoreCase(entry.getName());
  }

  private static byte[] content(JarFile file, JarEntry entry) throws IOException {
    try (InputStream in = file.getInputStream(entry)) {
      byte[] content = in.readNBytes(LARGEST_FILE + 1);
      if (content.length > LARGEST_FILE) {
        throw new IOException(entry.getName() + " is larger than 1 MiB");
      }
      return content;
    }
  }

  private static List<String> classPath(Attributes main) {
    String value = main.getValue(Attributes.Name.CLASS_PATH);
    return value == null || value.isBlank() ? List.of() : List.of(value.strip().split("\\s+"));
  }

  private static List<String> providers(JarFile file, JarEntry services) throws IOException {
    return new String(content(file, services), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.indexOf('#') < 0 ? line : line.substring(0, line.indexOf('#')))
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .distinct()
        .toList();
  }

  private static boolean isApiClass(String entry) {
    return entry.startsWith("dev/postern/api/") && entry.endsWith(".class");
  }

  private static boolean isStray(String entry) {
    return entry.startsWith("/")
        || (entry.contains("..") && Arrays.asList(entry.split("[/\\\\]")).contains(".."));
  }
}
