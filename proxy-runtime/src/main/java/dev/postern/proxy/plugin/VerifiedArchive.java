package dev.postern.proxy.plugin;

import java.util.List;

/**
 * A jar, or a folder of jars, that can be loaded.
 *
 * @param plugins that are in it
 * @param jars what plugins.sha256 would have to say
 */
public record VerifiedArchive(List<PluginDescription> plugins, List<Digest> jars) {
  public VerifiedArchive {
    plugins = List.copyOf(plugins);
    jars = List.copyOf(jars);
  }

  /**
   * A jar's digest.
   *
   * @param jar its name, after its folder's if it has one
   * @param sha256 in hexadecimal digits
   */
  public record Digest(String jar, String sha256) {}
}
