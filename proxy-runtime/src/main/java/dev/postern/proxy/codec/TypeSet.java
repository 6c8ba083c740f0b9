package dev.postern.proxy.codec;

/**
 * A set of message types of one direction: a bit for each value of the type byte.
 *
 * @param w0 types 0..63
 * @param w1 types 64..127
 * @param w2 types 128..191
 * @param w3 types 192..255
 */
public record TypeSet(long w0, long w1, long w2, long w3) {
  public static final TypeSet EMPTY = new TypeSet(0, 0, 0, 0);

  public static TypeSet of(byte... types) {
    long[] words = new long[4];
    for (byte type : types) {
      words[(type & 0xFF) >>> 6] |= 1L << type;
    }
    return new TypeSet(words[0], words[1], words[2], words[3]);
  }

  public boolean contains(byte type) {
    long word =
        switch ((type & 0xFF) >>> 6) {
          case 0 -> w0;
          case 1 -> w1;
          case 2 -> w2;
          default -> w3;
        };
    return (word >>> type & 1) != 0;
  }

  public boolean isEmpty() {
    return (w0 | w1 | w2 | w3) == 0;
  }

  public int size() {
    return Long.bitCount(w0) + Long.bitCount(w1) + Long.bitCount(w2) + Long.bitCount(w3);
  }

  public TypeSet union(TypeSet other) {
    return new TypeSet(w0 | other.w0, w1 | other.w1, w2 | other.w2, w3 | other.w3);
  }

  public TypeSet minus(TypeSet other) {
    return new TypeSet(w0 & ~other.w0, w1 & ~other.w1, w2 & ~other.w2, w3 & ~other.w3);
  }

  public TypeSet intersection(TypeSet other) {
    return new TypeSet(w0 & other.w0, w1 & other.w1, w2 & other.w2, w3 & other.w3);
  }

  /** The types as characters, those that are none as numbers. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("TypeSet[");
    for (int type = 0; type < 256; type++) {
      if (contains((byte) type)) {
        text.append(text.length() > 8 ? " " : "");
        if (type > ' ' && type < 127) {
          text.append((char) type);
        } else {
          text.append(type);
        }
      }
    }
    return text.append(']').toString();
  }
}
