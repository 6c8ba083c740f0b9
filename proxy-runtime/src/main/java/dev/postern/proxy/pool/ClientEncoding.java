package dev.postern.proxy.pool;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a client reads what Postern has in UTF-8. */
public final class ClientEncoding {
  private static final String UTF8 = "UTF8";
  private static final String SQL_ASCII = "SQL_ASCII";

  /** PostgreSQL's names that are not Java's. */
  private static final Map<String, String> JAVA_NAMES =
      Map.ofEntries(
          Map.entry("LATIN1", "ISO-8859-1"),
          Map.entry("LATIN2", "ISO-8859-2"),
          Map.entry("LATIN3", "ISO-8859-3"),
          Map.entry("LATIN4", "ISO-8859-4"),
          Map.entry("LATIN5", "ISO-8859-9"),
          Map.entry("LATIN7", "ISO-8859-13"),
          Map.entry("LATIN9", "ISO-8859-15"),
          Map.entry("ISO_8859_5", "ISO-8859-5"),
          Map.entry("ISO_8859_6", "ISO-8859-6"),
          Map.entry("ISO_8859_7", "ISO-8859-7"),
          Map.entry("ISO_8859_8", "ISO-8859-8"),
          Map.entry("KOI8R", "KOI8-R"),
          Map.entry("KOI8U", "KOI8-U"),
          Map.entry("EUC_JP", "EUC-JP"),
          Map.entry("EUC_KR", "EUC-KR"),
          Map.entry("EUC_CN", "GB2312"),
          Map.entry("SJIS", "windows-31j"),
          Map.entry("UHC", "x-windows-949"));

  private ClientEncoding() {}

  /** Whether names that are not ASCII are the same for the client and in UTF-8. */
  public static boolean isUnicode(ServerParameters parameters) {
    Map<String, String> values = parameters.values();
    return UTF8.equals(values.get("client_encoding")) && UTF8.equals(values.get("server_encoding"));
  }

  /** The client's encoding, or {@code null} if it takes the bytes as they are. */
  public static @Nullable Charset of(ServerParameters parameters) {
    String client = parameters.values().getOrDefault("client_encoding", UTF8);
    String server = parameters.values().getOrDefault("server_encoding", UTF8);
    String read = client.equals(SQL_ASCII) ? server : client;
    if (server.equals(SQL_ASCII) || read.equals(UTF8)) {
      return null;
    }
    String name =
        JAVA_NAMES.getOrDefault(read, read.toLowerCase(Locale.ROOT).replace("win", "windows-"));
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException e) {
      return StandardCharsets.US_ASCII; // with a question mark for all else
    }
  }
}
