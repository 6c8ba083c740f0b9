package dev.postern.proxy.scram;

import dev.postern.api.auth.ScramKeys;
import dev.postern.api.auth.ScramVerifier;
import java.util.Arrays;

/**
 * ClientKey and ServerKey (RFC 5802, section 3): what a client proves itself with and knows the
 * server by. Whoever gets one closes it, which wipes it.
 */
public final class DerivedKeys implements AutoCloseable {
  private final byte[] clientKey;
  private final byte[] serverKey;

  private DerivedKeys(byte[] clientKey, byte[] serverKey) {
    this.clientKey = clientKey;
    this.serverKey = serverKey;
  }

  /** The keys that a client's proof gave. */
  public static DerivedKeys of(ScramKeys keys) {
    byte[] clientKey = keys.clientKey().toByteArray();
    if (clientKey.length != ScramVerifier.KEY_LENGTH) {
      throw new IllegalArgumentException(
          "ClientKey must have " + ScramVerifier.KEY_LENGTH + " bytes");
    }
    return new DerivedKeys(clientKey, keys.verifier().serverKey());
  }

  /** Wipes {@code saltedPassword}. */
  static DerivedKeys from(byte[] saltedPassword) {
    DerivedKeys keys =
        new DerivedKeys(Sha256.clientKey(saltedPassword), Sha256.serverKey(saltedPassword));
    Arrays.fill(saltedPassword, (byte) 0);
    return keys;
  }

  DerivedKeys copy() {
    return new DerivedKeys(clientKey.clone(), serverKey.clone());
  }

  byte[] clientKey() {
    return clientKey;
  }

  byte[] serverKey() {
    return serverKey;
  }

  @Override
  public void close() {
    Arrays.fill(clientKey, (byte) 0);
    Arrays.fill(serverKey, (byte) 0);
  }

  @Override
  public String toString() {
    return "DerivedKeys[hidden]";
  }
}
