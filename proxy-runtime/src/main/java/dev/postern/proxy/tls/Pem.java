package dev.postern.proxy.tls;

import dev.postern.proxy.config.SpecialFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Files in the textual form of RFC 7468: blocks of Base64 with a label, text around them. */
final class Pem {
  /** Room for some hundred CA certificates; keeps a mistaken path from being read whole. */
  private static final int LARGEST_FILE = 4 << 20;

  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";

  private Pem() {}

  /** A label such as {@code CERTIFICATE}, and the decoded content, which may be a secret. */
  static final class Block {
    private final String label;
    private final boolean encrypted;
    private final byte[] der;

    private Block(String label, boolean encrypted, byte[] der) {
      this.label = label;
      this.encrypted = encrypted;
      this.der = der;
    }

    String label() {
      return label;
    }

    /** Whether a header says so, as in encrypted traditional keys. */
    boolean encrypted() {
      return encrypted;
    }

    byte[] der() {
      return der;
    }
  }

  /**
   * All certificates of a file, in their order; blocks of other kinds are passed over.
   *
   * @throws TlsConfigurationException if the file cannot be read, is broken, or holds none
   */
  static List<X509Certificate> certificates(Path file) throws TlsConfigurationException {
    byte[] content = read(file);
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks(file, content)) {
        if (block.label().equals("CERTIFICATE")) {
          certificates.add(
              (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
        }
      }
    } catch (CertificateException e) {
      throw TlsConfigurationException.of(
          file,
          "certificate " + (certificates.size() + 1) + " cannot be read: " + e.getMessage(),
          "see what it is: openssl x509 -noout -text -in " + file);
    }
    if (certificates.isEmpty()) {
      throw nothingIn(file, content, "certificate", "CERTIFICATE", "openssl x509");
    }
    return List.copyOf(certificates);
  }

  static TlsConfigurationException nothingIn(
      Path file, byte[] content, String what, String label, String command) {
    return content.length > 1 && content[0] == Der.SEQUENCE
        ? TlsConfigurationException.of(
            file, "DER, not PEM", "convert it: " + command + " -inform DER -in " + file)
        : TlsConfigurationException.of(
            file, "holds no " + what, "expected: PEM with -----BEGIN " + label + "-----");
  }

  /**
   * The blocks of a file.
   *
   * @throws TlsConfigurationException if a block does not end or is not Base64
   */
  static List<Block> blocks(Path file, byte[] content) throws TlsConfigurationException {
    List<Block> blocks = new ArrayList<>();
    String[] lines = new String(content, StandardCharsets.ISO_8859_1).split("\\R", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].strip();
      if (!line.startsWith(BEGIN) || !line.endsWith(DASHES) || line.length() <= BEGIN.length()) {
        continue;
      }
      int begin = i;
      String label = line.substring(BEGIN.length(), line.length() - DASHES.length());
      String end = "-----END " + label + DASHES;
      StringBuilder base64 = new StringBuilder();
      boolean encrypted = false;
      for (i++; i < lines.length && !lines[i].strip().equals(end); i++) {
        if (lines[i].indexOf(':') >= 0) { // RFC 1421 headers, as traditional keys have them
          encrypted |= lines[i].contains("ENCRYPTED");
        } else {
          base64.append(lines[i].strip());
        }
      }
      if (i == lines.length) {
        throw broken(file, label, begin, "does not end");
      }
      try {
        blocks.add(new Block(label, encrypted, Base64.getDecoder().decode(base64.toString())));
      } catch (IllegalArgumentException e) {
        throw broken(file, label, begin, "is not Base64");
      }
    }
    return blocks;
  }

  private static TlsConfigurationException broken(Path file, String label, int line, String what) {
    return TlsConfigurationException.of(
        file,
        "the block " + label + " that begins in line " + (line + 1) + " " + what,
        "the file is damaged: put it there anew");
  }

  private static byte[] read(Path file) throws TlsConfigurationException {
    if (SpecialFile.is(file)) {
      throw TlsConfigurationException.of(file, "is no regular file", "check the path");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(LARGEST_FILE + 1);
      if (content.length > LARGEST_FILE) {
        throw TlsConfigurationException.of(
            file, "larger than " + LARGEST_FILE + " bytes", "check the path");
      }
      return content;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** What an operator can do about a file that cannot be read. */
  static TlsConfigurationException unreadable(Path file, IOException cause) {
    return switch (cause) {
      case NoSuchFileException _ ->
          TlsConfigurationException.of(file, "file not found", "check the path");
      case AccessDeniedException _ ->
          TlsConfigurationException.of(
              file, "permission denied", "let Postern's user read it: " + userName());
      case FileSystemException e when e.getReason() != null ->
          new TlsConfigurationException(file + ": " + e.getReason(), e);
      default -> new TlsConfigurationException(file + ": " + cause.getMessage(), cause);
    };
  }

  private static String userName() {
    return System.getProperty("user.name", "?");
  }
}
