package dev.postern.it;

import dev.postern.api.PluginFactory;
import dev.postern.api.intercept.MessageInterceptorFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A plugin's jar, whole to begin with, in which a test changes what it likes. */
final class TestJar {
  static final String MANIFEST = "META-INF/MANIFEST.MF";
  static final String SERVICES = services(MessageInterceptorFactory.class);

  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  @SuppressWarnings("rawtypes") // the class of a generic interface
  static String services(Class<? extends PluginFactory> factory) {
    return "META-INF/services/" + factory.getName();
  }

  TestJar manifest(String lines) {
    return with(MANIFEST, "Manifest-Version: 1.0\r\n" + lines + "\r\n\r\n");
  }

  TestJar with(String entry, String text) {
    return with(entry, text.getBytes(StandardCharsets.UTF_8));
  }

  TestJar with(String entry, byte[] content) {
    entries.put(entry, content);
    return this;
  }

  TestJar without(String entry) {
    entries.remove(entry);
    return this;
  }

  byte[] get(String entry) {
    return Objects.requireNonNull(entries.get(entry)).clone();
  }

  byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  void write(Path file) throws IOException {
    // Not over the file that an open loader reads.
    Files.deleteIfExists(file);
    Files.write(file, bytes());
  }
}
