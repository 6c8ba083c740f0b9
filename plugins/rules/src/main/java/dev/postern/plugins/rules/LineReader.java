package dev.postern.plugins.rules;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads files in the form of {@code pg_hba.conf} and {@code pg_ident.conf} (PostgreSQL
 * documentation, "The pg_hba.conf File"), with what they include. Used by one thread.
 */
final class LineReader {
  private static final int DEEPEST = 10;
  private static final long LARGEST_BYTES = 8L << 20;

  private final Set<Path> files = new LinkedHashSet<>();

  /** What was read or looked for so far, folders too: a change of these may change the lines. */
  Set<Path> files() {
    return files;
  }

  /** The lines of a file. */
  List<Line> read(Path file) throws BrokenFileException {
    return read(file, new Place(file.toString(), 1), 0);
  }

  /** Lines that stand elsewhere. Files that they include have to have absolute names. */
  List<Line> read(String name, List<String> lines) throws BrokenFileException {
    return new Text(name, null, 0).read(lines);
  }

  private List<Line> read(Path file, Place from, int depth) throws BrokenFileException {
    if (depth > DEEPEST) {
      throw new BrokenFileException(from, "files include each other deeper than " + DEEPEST);
    }
    files.add(file);
    try {
      // To open a pipe waits for somebody who writes, and a device may have no end.
      if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
        throw new BrokenFileException(from, file + " is no regular file");
      }
      if (Files.size(file) > LARGEST_BYTES) {
        throw new BrokenFileException(from, file + " is larger than 8 MiB");
      }
      String text = Files.readString(file, StandardCharsets.UTF_8);
      return new Text(file.toString(), file.toAbsolutePath().getParent(), depth)
          .read(Stream.of(text.split("\n", -1)).map(LineReader::withoutReturns).toList());
    } catch (CharacterCodingException e) {
      throw new BrokenFileException(from, file + " is not in UTF-8", e);
    } catch (IOException e) {
      throw new BrokenFileException(from, "cannot read " + file + " (" + reason(e) + ")", e);
    }
  }

  private static String withoutReturns(String line) {
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) == '\r') {
      end--;
    }
    return line.substring(0, end);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "it is not there";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException refused when refused.getReason() != null -> refused.getReason();
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }

  /** One file, or what stands in its place. */
  private final class Text {
    private final String name;
    private final @Nullable Path folder;
    private final int depth;

    Text(String name, @Nullable Path folder, int depth) {
      this.name = name;
      this.folder = folder;
      this.depth = depth;
    }

    List<Line> read(List<String> text) throws BrokenFileException {
      List<Line> lines = new ArrayList<>();
      for (int at = 0; at < text.size(); at++) {
        Place place = new Place(name, at + 1);
        String line = text.get(at);
        // A backslash that only an empty line follows continues nothing more.
        boolean added = !line.isEmpty();
        while (added && line.endsWith("\\") && at + 1 < text.size()) {
          String more = text.get(++at);
          line = line.substring(0, line.length() - 1) + more;
          added = !more.isEmpty();
        }
        if (added && line.endsWith("\\")) {
          line = line.substring(0, line.length() - 1);
        }
        add(new Line(place, Tokens.fields(line, file -> values(place, file))), lines);
      }
      return lines;
    }

    private void add(Line line, List<Line> lines) throws BrokenFileException {
      if (line.fields().isEmpty()) {
        return;
      }
      String first = line.fields().getFirst().getFirst().text();
      if (line.fields().size() != 2 || !first.startsWith("include")) {
        lines.add(line);
        return;
      }
      Path file = resolve(line.place(), line.fields().get(1).getFirst().text());
      switch (first) {
        case "include" -> lines.addAll(LineReader.this.read(file, line.place(), depth + 1));
        case "include_if_exists" -> {
          files.add(file);
          if (Files.exists(file)) {
            lines.addAll(LineReader.this.read(file, line.place(), depth + 1));
          }
        }
        case "include_dir" -> {
          for (Path member : members(line.place(), file)) {
            lines.addAll(LineReader.this.read(member, line.place(), depth + 1));
          }
        }
        default -> lines.add(line);
      }
    }

    private List<Token> values(Place place, String file) throws BrokenFileException {
      List<Token> values = new ArrayList<>();
      for (Line line : LineReader.this.read(resolve(place, file), place, depth + 1)) {
        line.fields().forEach(values::addAll);
      }
      return values;
    }

    private List<Path> members(Place place, Path directory) throws BrokenFileException {
      files.add(directory);
      try (Stream<Path> all = Files.list(directory)) {
        return all.filter(
                file -> {
                  String member = file.getFileName().toString();
                  return member.endsWith(".conf")
                      && !member.startsWith(".")
                      && !Files.isDirectory(file);
                })
            .sorted()
            .toList();
      } catch (IOException e) {
        throw new BrokenFileException(
            place, "cannot read the folder " + directory + " (" + reason(e) + ")", e);
      }
    }

    private Path resolve(Place place, String file) throws BrokenFileException {
      Path path;
      try {
        path = Path.of(file);
      } catch (InvalidPathException e) {
        throw new BrokenFileException(place, "not the name of a file", e);
      }
      if (folder == null && !path.isAbsolute()) {
        throw new BrokenFileException(
            place, "a file that rules in the configuration include needs an absolute name");
      }
      return folder == null ? path : folder.resolve(path).normalize();
    }
  }
}
