package dev.postern.proxy.plugin;

/**
 * Why a plugin cannot be loaded.
 *
 * @param place the jar or folder, or the place in the configuration
 * @param reason what is wrong
 * @param remedy what to do about it
 */
public record PluginProblem(String place, String reason, String remedy) {

  /** {@code plugins/foo.jar: reason (remedy)}, on one line. */
  @Override
  public String toString() {
    return place + ": " + reason + " (" + remedy + ")";
  }
}
