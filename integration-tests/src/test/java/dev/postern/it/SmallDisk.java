package dev.postern.it;

import dev.postern.testkit.Programs;
import dev.postern.testkit.Skip;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own that is soon full. Only who may mount has one: others skip the test. */
final class SmallDisk implements AutoCloseable {
  private static final int PAGE = 4096;

  private final Path path;

  private SmallDisk(Path path) {
    this.path = path;
  }

  /**
   * Mounts it; the caller closes it.
   *
   * @param path of an empty directory
   */
  static SmallDisk at(Path path, int kibibytes) {
    int exitCode =
        Programs.require("mount")
            .with("-t", "tmpfs", "-o", "size=" + kibibytes + "k", "tmpfs", path.toString())
            .run()
            .exitCode();
    Skip.unless(exitCode == 0, "a file system of its own cannot be mounted here");
    return new SmallDisk(path);
  }

  Path path() {
    return path;
  }

  /** Takes room. */
  void take(String name, int kibibytes) throws IOException {
    Files.write(path.resolve(name), new byte[kibibytes << 10]);
  }

  /** Leaves no room for anything else. */
  void fill(String name) throws IOException {
    try (OutputStream out = Files.newOutputStream(path.resolve(name))) {
      while (true) {
        out.write(new byte[PAGE]);
      }
    } catch (FileSystemException e) {
      throw e; // it could not be opened
    } catch (IOException full) {
      // As intended.
    }
  }

  void free(String name) throws IOException {
    Files.delete(path.resolve(name));
  }

  @Override
  public void close() {
    Programs.require("umount").with("--lazy", path.toString()).run().expectSuccess();
  }
}
