package dev.postern.proxy.config;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What files look like from outside; equal stamps mean unchanged files. Links are followed, so the
 * swapped links of mounted secrets count as changes; so do changed permissions.
 */
public record FileStamps(List<Map<String, Object>> stamps) {
  private static final String ATTRIBUTES =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix")
          ? "unix:lastModifiedTime,ctime,size,ino"
          : "lastModifiedTime,size,fileKey";

  /** Costs one system call per file; a file that is not there has a stamp too. */
  public static FileStamps of(Iterable<Path> files) {
    List<Map<String, Object>> stamps = new ArrayList<>();
    for (Path file : files) {
      stamps.add(stampOf(file));
    }
    return new FileStamps(stamps);
  }

  private static Map<String, Object> stampOf(Path file) {
    try {
      return Files.readAttributes(file, ATTRIBUTES);
    } catch (IOException absent) {
      return Map.of();
    }
  }
}
