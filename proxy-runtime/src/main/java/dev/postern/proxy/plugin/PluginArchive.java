package dev.postern.proxy.plugin;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A jar, or a folder of jars, that was looked at and not yet loaded.
 *
 * @param shown its path as the operator knows it
 * @param jars one or more; those with providers first
 * @param version from the manifest
 * @param apiLevel from the manifest
 * @param providers the factory classes that the services files name
 */
record PluginArchive(
    String shown,
    List<Path> jars,
    @Nullable String version,
    int apiLevel,
    Map<PluginKind, List<String>> providers) {

  /** As plugins.sha256 names a jar: after its folder, if it has one. */
  String nameOf(Path jar) {
    boolean isFolder = !shown.endsWith(".jar");
    Path name = jar.getFileName();
    return isFolder ? Path.of(shown).getFileName().resolve(name).toString() : name.toString();
  }
}
