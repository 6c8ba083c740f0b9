package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JarVersionsTest {
  private static final int WINDOW = 1 << 16;

  @TempDir Path folder;

  private Path file(int before, String start, String name, int after) throws IOException {
    String text =
        "x".repeat(before) + start + "PK\u0001\u0002" + "\0".repeat(42) + name + "x".repeat(after);
    return Files.write(folder.resolve("some.jar"), text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void findsARecordWhereverItBegins() throws IOException {
    for (int before = WINDOW - 100; before < WINDOW + 100; before++) {
      for (int after : new int[] {0, 1, WINDOW}) {
        Path jar = file(before, "", "META-INF/versions/100/A.class", after);
        assertThatThrownBy(() -> JarVersions.check(jar))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("above 99");
        Path good = file(before, "", "META-INF/versions/99/A.class", after);
        assertThatCode(() -> JarVersions.check(good)).doesNotThrowAnyException();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"P", "PK", "PK\u0001", "PPK", "K\u0001", "\u0002", "PK\u0001\u0001"})
  void findsARecordBehindWhatLooksLikeTheBeginningOfOne(String start) throws IOException {
    for (int before = 0; before < 4; before++) {
      Path jar = file(before, start, "META-INF/versions/100", 0);
      assertThatThrownBy(() -> JarVersions.check(jar)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void whatEndsInARecordHasNoName() throws IOException {
    for (int length = 0; length < 80; length++) {
      byte[] start = new byte[length];
      byte[] record = "PK\u0001\u0002".getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(record, 0, start, 0, Math.min(4, length));
      Path jar = Files.write(folder.resolve("short.jar"), start);
      assertThatCode(() -> JarVersions.check(jar)).doesNotThrowAnyException();
    }
  }
}
