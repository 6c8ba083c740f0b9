package dev.postern.proxy.plugin;

import dev.postern.api.PluginContext;
import dev.postern.api.user.UserDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;

/** What one instance is given. Its directory is made when it is first asked for. */
record InstanceContext(String instanceName, PluginEnvironment environment)
    implements PluginContext {

  @Override
  public Path dataDirectory() {
    Path directory = environment.dataDirectory().resolve("plugins").resolve(instanceName);
    try {
      return createPrivately(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + directory, e);
    }
  }

  private static Path createPrivately(Path directory) throws IOException {
    boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    return Files.createDirectories(directory, ownerOnly);
  }

  @Override
  public UserDirectory users() {
    return environment.users();
  }

  @Override
  public InstantSource clock() {
    return environment.clock();
  }
}
