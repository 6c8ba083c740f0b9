package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.auth.ScramVerifier;
import java.util.Base64;

/** The exchange of RFC 7677, section 3. */
final class RfcExample {
  static final String USER = "user";
  static final String PASSWORD = "pencil";
  static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
  static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  static final Bytes SALT = Bytes.wrap(Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="));
  static final int ITERATIONS = 4096;

  static final String CLIENT_FIRST = "n,,n=" + USER + ",r=" + CLIENT_NONCE;
  static final String SERVER_FIRST =
      "r=" + CLIENT_NONCE + SERVER_NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
  static final String CLIENT_FINAL_WITHOUT_PROOF = "c=biws,r=" + CLIENT_NONCE + SERVER_NONCE;
  static final String CLIENT_FINAL =
      CLIENT_FINAL_WITHOUT_PROOF + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  static final String SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

  private RfcExample() {}

  static Secret password() {
    return Secret.ofPassword(PASSWORD.toCharArray());
  }

  static ScramVerifier verifier() {
    return VerifierFactory.create(password(), ITERATIONS, SALT);
  }
}
