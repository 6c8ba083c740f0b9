package dev.postern.proxy.tls;

import dev.postern.api.Bytes;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The channel binding {@code tls-server-end-point} (RFC 5929, section 4): a hash of the server's
 * certificate, which SCRAM-SHA-256-PLUS proves to both sides.
 *
 * @param hash of the certificate's DER form
 */
public record EndpointBinding(Bytes hash) {

  /**
   * The binding of a certificate, hashed with its signature's own hash function, or with SHA-256
   * where that is MD5 or SHA-1. Empty where the signature has no single hash function (Ed25519,
   * Ed448): RFC 5929 leaves that undefined, and libpq and PostgreSQL fail on it, so
   * SCRAM-SHA-256-PLUS must not be offered with such a certificate.
   */
  public static Optional<EndpointBinding> of(X509Certificate certificate) {
    try {
      String algorithm = hashAlgorithm(certificate);
      if (algorithm == null) {
        return Optional.empty();
      }
      byte[] hash = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
      return Optional.of(new EndpointBinding(Bytes.wrap(hash)));
    } catch (GeneralSecurityException | IOException unknownHash) {
      return Optional.empty();
    }
  }

  private static @Nullable String hashAlgorithm(X509Certificate certificate)
      throws GeneralSecurityException, IOException {
    String signature = certificate.getSigAlgName();
    if (signature.equalsIgnoreCase("RSASSA-PSS")) {
      return atLeastSha256(pssHash(certificate.getSigAlgParams()));
    }
    int with = signature.toLowerCase(Locale.ROOT).indexOf("with");
    return with > 0 ? atLeastSha256(signature.substring(0, with)) : null;
  }

  private static String pssHash(byte @Nullable [] parameters)
      throws GeneralSecurityException, IOException {
    if (parameters == null) {
      return "SHA-1"; // RFC 4055, section 3.1
    }
    AlgorithmParameters pss = AlgorithmParameters.getInstance("RSASSA-PSS");
    pss.init(parameters);
    return pss.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
  }

  /** The JDK writes SHA256 in signature names and SHA-256 in digest names. */
  private static String atLeastSha256(String hash) {
    String name = hash.toUpperCase(Locale.ROOT);
    if (name.startsWith("SHA") && !name.startsWith("SHA-") && !name.startsWith("SHA3-")) {
      name = "SHA-" + name.substring("SHA".length());
    }
    return name.equals("MD5") || name.equals("SHA-1") ? "SHA-256" : name;
  }
}
