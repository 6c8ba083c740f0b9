package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closePortal;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.copyFail;
import static dev.postern.testkit.FrontendPackets.describePortal;
import static dev.postern.testkit.FrontendPackets.describeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.flush;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;

import dev.postern.testkit.WireMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Messages of a client in any order, right or wrong, in bursts. The same seed gives the same
 * messages.
 */
final class RandomScript {
  private static final List<String> NAMES = List.of("", "", "a", "b", "c", "S_1");
  private static final List<String> PORTALS = List.of("", "", "p", "q");
  private static final List<String> NAMED_PORTALS = List.of("p", "q");
  private static final List<String> TEXTS =
      List.of(
          "SELECT 1",
          "SELECT $1::int * 2",
          "SELECT 12 / $1::int",
          "SELECT $1::text, current_setting('application_name')",
          "SELECT * FROM generate_series(1, 6)",
          "INSERT INTO conformance VALUES ($1::int, 'random')",
          "INSERT INTO conformance VALUES (7, 'simple') ON CONFLICT DO NOTHING",
          "SELECT count(*) FROM conformance",
          "SELEC",
          "SELECT 1/0",
          "SELECT no_such_column",
          "BEGIN",
          "BEGIN",
          "COMMIT",
          "ROLLBACK",
          "SAVEPOINT s",
          "ROLLBACK TO s",
          "RELEASE s",
          "SET application_name = 'random'",
          "SET LOCAL application_name = 'local'",
          "RESET application_name",
          "SET TimeZone = 'Asia/Tokyo'",
          "SET TIME ZONE DEFAULT",
          "RESET ALL; SET application_name = 'behind'",
          "SET application_name TO DEFAULT; SHOW application_name",
          "SELECT E'it''s \\''; SET application_name = 'seen'",
          "SHOW TimeZone",
          "SELECT set_config('my.random', 'set', false)",
          "SELECT coalesce(current_setting('my.random', true), '')",
          "RESET ALL",
          "DISCARD ALL",
          "DEALLOCATE ALL",
          "COPY conformance TO STDOUT",
          "LISTEN news",
          "UNLISTEN news",
          "NOTIFY news, 'random'",
          "SELECT 1; SELECT 2",
          "BEGIN; SELECT 3",
          "SELECT 4; COMMIT; SELECT 5",
          "SELECT repeat('x', 20000)");

  private static final String COPY_IN = "COPY conformance FROM STDIN";

  /** Of a Query only: in a Parse it is taken for done, whether it is ever executed or not. */
  private static final String DEALLOCATE = "DEALLOCATE a";

  private final Random random;
  private final List<String> said = new ArrayList<>();
  private int markers;
  private byte status = 'I';

  /** Whether the message at hand is certainly outside of a transaction. */
  private boolean describing;

  /**
   * Whether the unnamed portal is not that of a Query: PostgreSQL 18 crashes where one that has
   * failed in a transaction is executed again.
   */
  private boolean executing;

  RandomScript(long seed) {
    this.random = new Random(seed);
  }

  /** What was sent so far, for people. */
  List<String> said() {
    return said;
  }

  /** Plays some bursts and writes down what comes. */
  void play(WireSession client) {
    int bursts = 2 + random.nextInt(8);
    for (int i = 0; i < bursts; i++) {
      List<byte[]> packets = new ArrayList<>();
      describing = status == 'I';
      executing = describing;
      int size = 1 + random.nextInt(12);
      for (int j = 0; j < size; j++) {
        packets.add(any());
      }
      String marker = "marker " + markers++;
      packets.add(sync());
      packets.add(describeStatement(marker));
      packets.add(sync());
      send(client, packets);
      said.add("|");
      WireMessage message;
      do {
        message = next(client);
      } while (message.type() != 'E' || !message.text().contains(marker));
      while (next(client).type() != 'Z') {
        // all of them
      }
    }
  }

  /** At once, one by one, or in pieces that end anywhere. */
  private void send(WireSession client, List<byte[]> packets) {
    switch (random.nextInt(3)) {
      case 0 -> client.send(packets.toArray(byte[][]::new));
      case 1 -> packets.forEach(client::send);
      default -> {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        packets.forEach(all::writeBytes);
        byte[] bytes = all.toByteArray();
        int end;
        for (int at = 0; at < bytes.length; at = end) {
          end = Math.min(bytes.length, at + 1 + random.nextInt(40));
          client.send(Arrays.copyOfRange(bytes, at, end));
        }
      }
    }
  }

  /** Says something that no Sync follows, and is not heard to the end. */
  void leave(WireSession client) {
    List<byte[]> packets = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      packets.add(
          switch (random.nextInt(4)) {
            case 0 -> parse(of(NAMES), "SELECT 'left'");
            case 1 -> bind(of(PORTALS), of(NAMES));
            case 2 -> closeStatement(of(NAMES));
            default -> query(of(List.of("BEGIN", "SELECT 1/0", "SELECT repeat('x', 20000)")));
          });
    }
    client.send(packets.toArray(byte[][]::new));
  }

  /**
   * In a failed transaction a server that does not know a statement cannot prepare it, and says
   * that, before it finds anything else to be wrong. Where nothing else is, it is not described.
   */
  private WireMessage next(WireSession client) {
    WireMessage message = client.client().receive();
    if (message.type() == 'E' && status == 'E') {
      client.note("an error in a failed transaction");
    } else {
      client.show(message);
    }
    if (message.type() == 'Z') {
      status = message.body().at(0);
    }
    return message;
  }

  private byte[] any() {
    return switch (random.nextInt(15)) {
      case 0, 1, 2 -> {
        String name = of(NAMES);
        String text = of(TEXTS);
        yield said("Parse(%s, %s)".formatted(name, text), parse(name, text));
      }
      case 3, 4, 5 -> anyBind();
      case 6, 7 -> anyExecute();
      case 8, 9 -> anyDescribe();
      case 10 -> {
        boolean statement = random.nextBoolean();
        String name = of(statement ? NAMES : PORTALS);
        yield statement
            ? said("Close S " + name, closeStatement(name))
            : said("Close P " + name, closePortal(name));
      }
      case 11 -> said("Flush", flush());
      case 12 -> said("Sync", sync());
      case 13 -> anyCopy();
      default -> {
        String text = random.nextInt(20) == 0 ? DEALLOCATE : of(TEXTS);
        describing = false;
        executing = false;
        yield said("Query(" + text + ")", query(text));
      }
    };
  }

  /** Rows and what ends them, though the COPY before may fail or be skipped. */
  private byte[] anyCopy() {
    describing = false;
    executing = false;
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    boolean simple = random.nextBoolean();
    said.add("COPY FROM STDIN by " + (simple ? "Query" : "Execute"));
    copy.writeBytes(simple ? query(COPY_IN) : unnamed(COPY_IN));
    for (int i = random.nextInt(3); i > 0; i--) { // behind a wrong row it might be answered
      copy.writeBytes(said("Sync", sync()));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      copy.writeBytes(
          switch (random.nextInt(3)) {
            case 0 -> said("Flush", flush());
            case 1 -> said("a wrong row", copyData("wrong\n".getBytes(StandardCharsets.UTF_8)));
            default -> {
              String row = (100 + random.nextInt(1000)) + "\tcopied\n";
              yield said("a row", copyData(row.getBytes(StandardCharsets.UTF_8)));
            }
          });
    }
    copy.writeBytes(
        random.nextInt(3) == 0 ? said("CopyFail", copyFail("no")) : said("CopyDone", copyDone()));
    copy.writeBytes(sync());
    if (!simple) { // executed again, it would ask for rows that do not come
      copy.writeBytes(parse("", "SELECT 'copied'"));
      copy.writeBytes(sync());
    }
    return copy.toByteArray();
  }

  private byte[] anyBind() {
    String portal = of(PORTALS);
    String name = of(NAMES);
    if (random.nextInt(3) == 0) {
      return said("Bind(%s, %s)".formatted(portal, name), bind(portal, name));
    }
    String value = Integer.toString(random.nextInt(4));
    return said("Bind(%s, %s, %s)".formatted(portal, name, value), bind(portal, name, value));
  }

  private byte[] anyExecute() {
    String portal = of(executing ? PORTALS : NAMED_PORTALS);
    int rows = random.nextInt(4);
    describing = false;
    return said("Execute(%s, %d)".formatted(portal, rows), execute(portal, rows));
  }

  private byte[] anyDescribe() {
    if (describing && random.nextBoolean()) {
      String name = of(NAMES);
      return said("Describe S " + name, describeStatement(name));
    }
    String portal = of(PORTALS);
    return said("Describe P " + portal, describePortal(portal));
  }

  private byte[] said(String what, byte[] packet) {
    said.add(what);
    return packet;
  }

  private String of(List<String> choice) {
    return choice.get(random.nextInt(choice.size()));
  }
}
