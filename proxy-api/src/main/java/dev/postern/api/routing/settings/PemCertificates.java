package dev.postern.api.routing.settings;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Certificates in the textual form of RFC 7468. */
final class PemCertificates {
  /** Room for some hundred CAs; keeps a mistaken path from being read whole. */
  private static final int LARGEST_FILE = 4 << 20;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----");

  private PemCertificates() {}

  /**
   * Each login would fail for it, so a file without a certificate is an error of the configuration.
   *
   * @param setting that names the file
   * @throws IllegalArgumentException if there is none, or one that cannot be read
   */
  static void mustBeIn(Path file, String setting) {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(LARGEST_FILE), StandardCharsets.ISO_8859_1);
      List<MatchResult> blocks = BLOCK.matcher(text).results().toList();
      if (blocks.isEmpty()) {
        throw new IllegalArgumentException(
            setting
                + ": holds no certificate: "
                + file
                + " (expected: PEM with -----BEGIN CERTIFICATE-----)");
      }
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (MatchResult block : blocks) {
        byte[] der = Base64.getMimeDecoder().decode(block.group(1));
        factory.generateCertificate(new ByteArrayInputStream(der));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(setting + ": cannot be read: " + file, e);
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          setting + ": a certificate in " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
