package dev.postern.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What drivers say, and when they wait: libpq and its pipelines, pgjdbc, asyncpg, by chance. */
final class HonestTalk {
  private static final List<String> COPIES =
      List.of("sink", "sink", "strict", "triggered", "shown", "absent");

  private final Random random;
  private final WatchedSession session;
  private final List<String> prepared = new ArrayList<>();
  private int names;
  private int tags;

  /** How often ReadyForQuery comes for what was sent. */
  private int readies;

  HonestTalk(Random random, WatchedSession session) {
    this.random = random;
    this.session = session;
  }

  void talk() {
    int questions = 1 + random.nextInt(8);
    for (int i = 0; i < questions; i++) {
      ask();
    }
  }

  private String tag() {
    return "t" + tags++ + "z";
  }

  private String select() {
    return switch (random.nextInt(6)) {
      case 0 -> "SELECT $1::text::int AS " + tag(); // fails with the parameter in its words
      case 1 -> "SELECT $1::text AS %s FROM generate_series(1, 5)".formatted(tag());
      default -> "SELECT $1::text AS " + tag();
    };
  }

  private void ask() {
    switch (random.nextInt(11)) {
      case 0 -> query("SELECT '%s'; SELECT '%s'".formatted(tag(), tag()));
      case 1 -> query(random.nextBoolean() ? tag() + " is no SQL" : "");
      case 2 -> copyByQuery();
      case 3 -> copyByExecute();
      case 4 -> copyByExecuteOfPgjdbc();
      case 5 -> oneAtATime();
      case 6 -> prepareAndWait();
      case 7 -> batch();
      case 8 -> pipelineOfSyncs();
      case 9 -> query(random.nextBoolean() ? "BEGIN" : "COMMIT");
      default -> late();
    }
  }

  private void query(String sql) {
    session.send(Said.query(sql));
    await(1);
  }

  private void await(int more) {
    readies += more;
    session.takeReadies(readies);
  }

  private String table() {
    return COPIES.get(random.nextInt(COPIES.size()));
  }

  private String copy(String table) {
    return "COPY pipeline_it.%s /* %s */ FROM STDIN".formatted(table, tag());
  }

  /** Rows, some of which are refused, in several writes; and their end. */
  private void rows() {
    int pieces = random.nextInt(4);
    for (int i = 0; i < pieces; i++) {
      session.send(Said.row(Integer.toString(i)), Said.row(random.nextInt(3) == 0 ? "bad" : "7"));
      if (random.nextBoolean()) {
        session.poll(1);
      }
    }
    session.send(random.nextInt(4) == 0 ? Said.copyFail() : Said.copyDone());
  }

  private void copyByQuery() {
    session.send(Said.query(copy(table())));
    if (begins()) {
      rows();
    }
    await(1);
  }

  /** Whether the server asks for rows; else it has answered to the end. */
  private boolean begins() {
    while (session.readies() <= readies) {
      if (session.takeUntil("GZ") == 'G') {
        return true;
      }
    }
    return false;
  }

  /** libpq: the first Sync comes before it is known that this is a COPY, the second behind it. */
  private void copyByExecute() {
    String table = table();
    executeCopy(table, 0);
    if (begins()) {
      rows();
      endCopy(table);
    } else {
      await(1);
    }
  }

  /** pgjdbc: a COPY that was not asked for as one is refused by CopyFail and Sync. */
  private void copyByExecuteOfPgjdbc() {
    String table = table();
    executeCopy(table, 1);
    if (begins()) {
      session.send(Said.copyFail());
      endCopy(table);
    } else {
      await(1);
    }
  }

  private void executeCopy(String table, int maxRows) {
    session.send(
        Said.parse("", copy(table)),
        Said.bind("", ""),
        Said.describePortal(""),
        Said.execute("", maxRows),
        Said.sync());
  }

  /**
   * Waits for one ReadyForQuery; where the copy has failed before its first row, the server sends
   * two, of which the other may come while the next question is on its way.
   */
  private void endCopy(String table) {
    session.send(Said.sync());
    boolean failsAtOnce = table.equals("triggered") || table.equals("shown");
    readies += failsAtOnce ? 2 : 1;
    session.takeReadies(failsAtOnce && random.nextBoolean() ? readies - 1 : readies);
  }

  private List<Said> step(String statement, boolean parses) {
    List<Said> step = new ArrayList<>();
    if (parses) {
      step.add(Said.parse(statement, select()));
    }
    String portal = random.nextInt(3) == 0 ? "C_" + names++ : "";
    step.add(Said.bind(portal, statement, tag()));
    if (random.nextBoolean()) {
      step.add(Said.describePortal(portal));
    }
    step.add(Said.execute(portal, random.nextInt(3)));
    if (!portal.isEmpty() && random.nextBoolean()) {
      step.add(Said.execute(portal, 0));
      step.add(Said.closePortal(portal));
    }
    return step;
  }

  private void oneAtATime() {
    List<Said> messages = step("", true);
    messages.add(Said.sync());
    session.send(messages);
    await(1);
  }

  /** asyncpg, pgx: a statement is described before it is used for the first time. */
  private void prepareAndWait() {
    String name = "s_" + names++;
    String sql = random.nextInt(4) == 0 ? tag() + " is no SQL" : select();
    int errors = session.errors();
    session.send(Said.parse(name, sql), Said.describeStatement(name), Said.sync());
    await(1);
    if (session.errors() == errors) {
      prepared.add(name);
      List<Said> messages = step(name, false);
      messages.add(Said.sync());
      session.send(messages);
      await(1);
    }
    if (prepared.size() > 3) { // as many as are kept
      session.send(Said.closeStatement(prepared.removeFirst()), Said.sync());
      await(1);
    }
  }

  /** Many statements and one Sync, all in one write, or in several. */
  private void batch() {
    List<Said> messages = new ArrayList<>();
    int steps = 1 + random.nextInt(5);
    for (int i = 0; i < steps; i++) {
      boolean parses = prepared.isEmpty() || random.nextBoolean();
      messages.addAll(step(parses ? "" : prepared.getLast(), parses));
    }
    messages.add(Said.sync());
    session.send(messages);
    await(1);
  }

  /** Several Syncs before the first answer is read; names are used across them. */
  private void pipelineOfSyncs() {
    int cycles = 2 + random.nextInt(3);
    String name = "p_" + names++;
    session.send(Said.parse(name, select()), Said.sync());
    for (int i = 1; i < cycles; i++) {
      List<Said> messages = step(name, false);
      if (random.nextBoolean()) {
        messages.addAll(step("", true));
      }
      if (random.nextInt(3) == 0) {
        messages.add(Said.flush());
      }
      messages.add(Said.sync());
      session.send(messages);
    }
    session.send(Said.closeStatement(name), Said.sync());
    await(cycles + 1);
  }

  /** What is checked at the end of the transaction only. */
  private void late() {
    session.send(
        Said.parse("", "INSERT INTO pipeline_it.late VALUES ($1)"),
        Said.bind("", "", tag()),
        Said.execute("", 0),
        Said.sync());
    await(1);
  }
}
