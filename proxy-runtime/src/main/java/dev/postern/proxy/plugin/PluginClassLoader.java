package dev.postern.proxy.plugin;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The classes and resources of one plugin. The API, SLF4J and JSpecify come from Postern and from
 * nowhere else; everything else comes from the Java platform or from the plugin's own jars, never
 * from Postern, its services files included.
 */
final class PluginClassLoader extends URLClassLoader {
  static {
    registerAsParallelCapable();
  }

  private static final List<String> SHARED =
      List.of("dev.postern.api.", "org.slf4j.", "org.jspecify.");
  private static final List<String> SHARED_RESOURCES =
      SHARED.stream().map(prefix -> prefix.replace('.', '/')).toList();

  private final ClassLoader host;

  PluginClassLoader(String name, URL[] jars, ClassLoader host) {
    super(name, jars, ClassLoader.getPlatformClassLoader());
    this.host = host;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    return startsWithAny(name, SHARED) ? host.loadClass(name) : super.loadClass(name, resolve);
  }

  @Override
  public @Nullable URL getResource(String name) {
    return startsWithAny(name, SHARED_RESOURCES) ? host.getResource(name) : super.getResource(name);
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    return startsWithAny(name, SHARED_RESOURCES)
        ? host.getResources(name)
        : super.getResources(name);
  }

  private static boolean startsWithAny(String name, List<String> prefixes) {
    for (String prefix : prefixes) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "plugin " + getName();
  }
}
