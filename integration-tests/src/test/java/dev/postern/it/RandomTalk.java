package dev.postern.it;

import dev.postern.testkit.FrontendPackets;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What a client sends after its login, by chance: as the protocol wants it, or broken. */
final class RandomTalk {
  /** PostgreSQL's {@code btrim(text)}, which gives back what it is given. */
  private static final int BTRIM = 885;

  private static final char[] TYPES = "QPBEDCSHFdcfXp".toCharArray();

  private final Random random;
  private final int session;
  private final List<byte[]> messages = new ArrayList<>();
  private int tags;
  private final boolean harmless;
  private boolean isPrepared;

  /**
   * By chance.
   *
   * @param harmless whether it leaves out what a mask changes or refuses
   */
  RandomTalk(long seed, boolean harmless) {
    this.harmless = harmless;
    random = new Random(seed);
    session = random.nextInt();
    int questions = 1 + random.nextInt(8);
    for (int i = 0; i < questions; i++) {
      ask();
    }
  }

  private String tag() {
    return new Tag(session, tags++).toString();
  }

  private void say(byte[]... packets) {
    messages.addAll(List.of(packets));
  }

  private void query(String sql) {
    say(FrontendPackets.query(sql));
  }

  private void ask() {
    switch (random.nextInt(14)) {
      case 0, 1 -> query("SELECT '%s'".formatted(tag()));
      case 2 -> query("SELECT '%s'; SELECT 2; SELECT '%s'".formatted(tag(), tag()));
      case 3 -> query("SELECT '%s'; SELECT 1/0; SELECT '%s'".formatted(tag(), tag()));
      case 4 -> query(random.nextBoolean() ? "" : "SELEC 1");
      case 5 -> extended(1 + random.nextInt(3));
      case 6 -> named();
      case 7 -> {
        say(FrontendPackets.parse("", "SELEC 1"), FrontendPackets.bind("", ""));
        say(FrontendPackets.execute("", 0), FrontendPackets.sync());
      }
      case 8 -> query("COPY (SELECT '%s') TO STDOUT".formatted(tag()));
      case 9 -> copyIn();
      case 10 ->
          say(
              harmless
                  ? FrontendPackets.query("SELECT '%s'".formatted(tag()))
                  : FrontendPackets.functionCall(BTRIM, tag()));
      case 11 -> {
        query("BEGIN");
        ask();
        query(random.nextBoolean() ? "COMMIT" : "ROLLBACK");
      }
      case 12 -> suspended();
      default -> query(harmless ? "SELECT 1" : "SELECT name FROM fuzz_it.people");
    }
  }

  private void extended(int executions) {
    for (int i = 0; i < executions; i++) {
      say(FrontendPackets.parse("", "SELECT $1::text"), FrontendPackets.bind("", "", tag()));
      if (random.nextBoolean()) {
        say(FrontendPackets.describePortal(""));
      }
      say(FrontendPackets.execute("", 0));
      if (random.nextInt(4) == 0) {
        say(FrontendPackets.flush());
      }
    }
    say(FrontendPackets.sync());
  }

  private void named() {
    if (!isPrepared) {
      say(FrontendPackets.parse("named", "SELECT $1::text"));
      isPrepared = true;
    }
    say(FrontendPackets.describeStatement("named"), FrontendPackets.bind("", "named", tag()));
    say(FrontendPackets.execute("", 0));
    if (random.nextInt(3) == 0) {
      say(FrontendPackets.closeStatement("named"));
      isPrepared = false;
    }
    say(FrontendPackets.sync());
  }

  private void copyIn() {
    query("COPY fuzz_it.sink FROM STDIN");
    int pieces = random.nextInt(3);
    for (int i = 0; i < pieces; i++) {
      say(FrontendPackets.copyData((tag() + "\n").getBytes(StandardCharsets.UTF_8)));
    }
    say(random.nextInt(4) == 0 ? FrontendPackets.copyFail("no") : FrontendPackets.copyDone());
  }

  private void suspended() {
    say(FrontendPackets.parse("", "SELECT generate_series(1, 5)"), FrontendPackets.bind("", ""));
    say(FrontendPackets.execute("", 2), FrontendPackets.execute("", 2));
    say(FrontendPackets.closePortal(""), FrontendPackets.sync());
  }

  /** As the protocol wants it, with a goodbye. */
  byte[] valid() {
    return joined(FrontendPackets.sync(), FrontendPackets.terminate());
  }

  /** Changed in a few places. */
  byte[] broken() {
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      change();
    }
    byte[] all = joined(FrontendPackets.sync());
    return random.nextInt(5) == 0 ? java.util.Arrays.copyOf(all, random.nextInt(all.length)) : all;
  }

  private byte[] joined(byte[]... more) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    messages.forEach(all::writeBytes);
    for (byte[] packet : more) {
      all.writeBytes(packet);
    }
    return all.toByteArray();
  }

  private void change() {
    if (messages.isEmpty()) {
      return;
    }
    int at = random.nextInt(messages.size());
    byte[] message = messages.get(at).clone();
    switch (random.nextInt(6)) {
      case 0 -> messages.remove(at);
      case 1 -> messages.add(at, message);
      case 2 -> {
        messages.remove(at);
        messages.add(random.nextInt(messages.size() + 1), message);
      }
      case 3 -> {
        message[random.nextInt(message.length)] ^= (byte) (1 << random.nextInt(8));
        messages.set(at, message);
      }
      case 4 -> messages.set(at, withAnotherLength(message, random));
      default -> messages.add(at, anything());
    }
  }

  static byte[] withAnotherLength(byte[] message, Random random) {
    int length = ByteBuffer.wrap(message).getInt(1);
    int other =
        switch (random.nextInt(5)) {
          case 0 -> random.nextInt(5);
          case 1 -> Integer.MAX_VALUE - random.nextInt(2);
          case 2 -> -1 - random.nextInt(100);
          default -> length + random.nextInt(21) - 10;
        };
    ByteBuffer.wrap(message).putInt(1, other);
    return message;
  }

  private byte[] anything() {
    byte[] body = new byte[random.nextInt(40)];
    random.nextBytes(body);
    char type =
        random.nextInt(4) == 0 ? (char) random.nextInt(256) : TYPES[random.nextInt(TYPES.length)];
    return FrontendPackets.message(type, body);
  }
}
