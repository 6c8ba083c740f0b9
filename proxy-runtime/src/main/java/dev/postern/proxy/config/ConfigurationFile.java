package dev.postern.proxy.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads {@code conf/postern.yaml}. */
public final class ConfigurationFile {
  private static final int LARGEST_BYTES = 8 << 20;

  private ConfigurationFile() {}

  /**
   * Reads and checks a file. Looks at the files that it names, opens no socket and loads no plugin;
   * the plugins' own sections are checked when plugins are loaded.
   *
   * @param home the installation's directory, to which paths are relative
   * @throws ConfigurationException with everything that is wrong
   */
  public static Configuration load(Path file, Path home) throws ConfigurationException {
    return parse(shown(file, home), read(file, home), home, System.getenv());
  }

  /**
   * Reads and checks text as {@link #load} does a file, for tests and tools.
   *
   * @throws ConfigurationException with everything that is wrong
   */
  public static Configuration parse(String yaml, Path home) throws ConfigurationException {
    return parse("postern.yaml", yaml, home, System.getenv());
  }

  static Configuration parse(String name, String yaml, Path home, Map<String, String> environment)
      throws ConfigurationException {
    return new Binder(home, environment)
        .read(
            name,
            yaml,
            Configuration.class,
            (configuration, root, problems) ->
                new FileChecks(home.toAbsolutePath().normalize(), root, problems)
                    .check(configuration));
  }

  static String read(Path file, Path home) throws ConfigurationException {
    if (SpecialFile.is(file)) {
      throw refused(file, home, "is no regular file");
    }
    String reason;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(LARGEST_BYTES + 1);
      if (content.length <= LARGEST_BYTES) {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      }
      reason = "larger than 8 MiB";
    } catch (NoSuchFileException e) {
      reason = "file not found";
    } catch (CharacterCodingException e) {
      reason = "not a text in UTF-8";
    } catch (IOException e) {
      reason =
          Files.isDirectory(file)
              ? "is a directory"
              : "cannot be read: " + e.getClass().getSimpleName();
    }
    throw refused(file, home, reason);
  }

  private static ConfigurationException refused(Path file, Path home, String reason) {
    Location whole = new Location(shown(file, home), 0, 0, "");
    return new ConfigurationException(List.of(new Problem(whole, reason)));
  }

  static String shown(Path file, Path home) {
    Path absolute = file.toAbsolutePath().normalize();
    Path base = home.toAbsolutePath().normalize();
    return (absolute.startsWith(base) ? base.relativize(absolute) : absolute).toString();
  }
}
