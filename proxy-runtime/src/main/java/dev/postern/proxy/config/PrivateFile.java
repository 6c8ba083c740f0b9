package dev.postern.proxy.config;

import static java.nio.file.attribute.PosixFilePermission.GROUP_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.GROUP_READ;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files that hold secrets. As in libpq, such a file may be open to its owner only ({@code 0600});
 * if it belongs to root, its group may read it too ({@code 0640}), which is how secrets are mounted
 * into containers. File systems without POSIX permissions are not checked.
 */
public final class PrivateFile {
  /** Far above any key or password; keeps a mistaken path from being read whole. */
  private static final int LARGEST = 64 * 1024;

  private static final Set<PosixFilePermission> OPEN =
      EnumSet.of(GROUP_READ, GROUP_WRITE, GROUP_EXECUTE, OTHERS_READ, OTHERS_WRITE, OTHERS_EXECUTE);

  private PrivateFile() {}

  /**
   * Refuses a file that others can open.
   *
   * @throws FileSystemException whose reason is a sentence fit for the operator
   * @throws IOException if the file cannot be looked at
   */
  public static void check(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString(), null, "file not found");
    }
    if (!Files.isRegularFile(file)) {
      throw new FileSystemException(file.toString(), null, "not a file");
    }
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    PosixFileAttributes attributes = view.readAttributes();
    if (isOpen(attributes.owner().getName(), attributes.permissions())) {
      throw new FileSystemException(
          file.toString(),
          null,
          "others than its owner can open the file (run: chmod 600 " + ShellWord.of(file) + ")");
    }
  }

  /**
   * Reads a file after {@link #check}; the caller wipes the array.
   *
   * @throws IOException as {@link #check}, or if the file is larger than 64 KiB
   */
  public static byte[] read(Path file) throws IOException {
    check(file);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(LARGEST + 1);
      if (content.length > LARGEST) {
        Arrays.fill(content, (byte) 0);
        throw new FileSystemException(
            file.toString(), null, "larger than " + LARGEST + " bytes, which no secret is");
      }
      return content;
    }
  }

  static boolean isOpen(String owner, Set<PosixFilePermission> permissions) {
    Set<PosixFilePermission> refused = EnumSet.copyOf(OPEN);
    if (owner.equals("root")) {
      refused.remove(GROUP_READ);
    }
    return !Collections.disjoint(refused, permissions);
  }
}
