package dev.postern.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What a client may say in order to be mistaken for one that said something else. */
final class HostileTalk {
  private static final List<String> COPIES =
      List.of("sink", "strict", "triggered", "triggered", "shown", "absent");
  private static final String LONG = "n".repeat(63);
  private static final List<String> NAMES = List.of("", "", "s", "s", "s", LONG, LONG + "x", "ä");

  private final Random random;
  private int tags;

  HostileTalk(Random random) {
    this.random = random;
  }

  List<Said> messages() {
    List<Said> messages = new ArrayList<>();
    int questions = 2 + random.nextInt(8);
    for (int i = 0; i < questions; i++) {
      messages.addAll(question());
      if (random.nextInt(3) == 0) {
        messages.add(stray());
      }
    }
    int moves = random.nextInt(3);
    for (int i = 0; i < moves; i++) {
      Said moved = messages.remove(random.nextInt(messages.size()));
      messages.add(random.nextInt(messages.size() + 1), moved);
    }
    return messages;
  }

  private String tag() {
    return "t" + tags++ + "z";
  }

  private String name() {
    return NAMES.get(random.nextInt(NAMES.size()));
  }

  private Said stray() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> Said.copyDone();
      case 2 -> Said.copyFail();
      case 3 -> Said.flush();
      case 4 -> Said.row("9");
      default -> Said.sync();
    };
  }

  private List<Said> question() {
    return switch (random.nextInt(12)) {
      case 0 -> List.of(Said.query("SELECT '%s'".formatted(tag())));
      case 1 -> List.of(Said.query("SELECT '%s'; SELECT '%s'::int".formatted(tag(), tag())));
      case 2 -> List.of(Said.query(tag() + " is no SQL"));
      case 3 -> List.of(Said.call(tag()));
      case 4 -> List.of(Said.query(sqlOfNames()));
      case 5 -> List.of(Said.query(transaction()));
      case 6, 7 -> copy();
      default -> extended();
    };
  }

  private String transaction() {
    return switch (random.nextInt(4)) {
      case 0 -> "BEGIN";
      case 1 -> "COMMIT";
      case 2 -> "ROLLBACK";
      default -> "INSERT INTO pipeline_it.late VALUES ('x')";
    };
  }

  private String sqlOfNames() {
    String given = name();
    if (given.isEmpty()) {
      return "DISCARD ALL";
    }
    String name =
        switch (random.nextInt(6)) {
          case 0 -> given;
          case 1 -> given.toUpperCase(Locale.ROOT);
          case 2 -> "U&\"" + given + "\"";
          default -> "\"" + given + "\"";
        };
    return switch (random.nextInt(8)) {
      case 0 -> "DEALLOCATE " + name;
      case 1 -> "/* */ dEALLOCATE ALL";
      case 2 -> "SELECT 1;DEALLOCATE %s;PREPARE %s (text) AS SELECT $1".formatted(name, name);
      case 3 -> "DECLARE %s CURSOR WITH HOLD FOR SELECT 1".formatted(name);
      case 4 -> "CLOSE ALL";
      case 6 -> "CLOSE " + name;
      case 5 ->
          "DO $$ BEGIN EXECUTE 'DEALLOC' || 'ATE ALL'; EXECUTE 'PRE' || 'PARE %s (text) AS SELECT $1 AS %s'; END $$"
              .formatted(name, tag());
      default -> "PREPARE %s (text) AS SELECT $1 AS %s".formatted(name, tag());
    };
  }

  /** A COPY by either protocol, with anything between and behind its rows. */
  private List<Said> copy() {
    List<Said> copy = new ArrayList<>();
    String table = COPIES.get(random.nextInt(COPIES.size()));
    String sql = "COPY pipeline_it.%s /* %s */ FROM STDIN".formatted(table, tag());
    boolean simple = random.nextBoolean();
    if (simple) {
      copy.add(Said.query(random.nextInt(3) == 0 ? sql + "; " + sql : sql));
    } else {
      copy.add(Said.parse("", sql));
      copy.add(Said.bind("", ""));
      copy.add(Said.execute("", 0));
    }
    int pieces = random.nextInt(5);
    for (int i = 0; i < pieces; i++) {
      copy.add(
          switch (random.nextInt(4)) {
            case 0 -> Said.row("bad");
            case 1 -> Said.row("5");
            case 2 -> Said.flush();
            default -> Said.sync();
          });
    }
    if (random.nextInt(8) != 0) {
      copy.add(random.nextInt(3) == 0 ? Said.copyFail() : Said.copyDone());
    }
    if (random.nextBoolean()) {
      copy.add(Said.sync());
    }
    return copy;
  }

  private List<Said> extended() {
    List<Said> step = new ArrayList<>();
    String statement = name();
    String portal = name();
    if (random.nextInt(3) != 0) {
      step.add(Said.parse(statement, text()));
    }
    if (random.nextInt(6) == 0) {
      step.add(Said.closeStatement(name()));
    }
    if (random.nextInt(6) == 0) {
      step.add(Said.describeStatement(statement));
    }
    if (random.nextInt(8) != 0) {
      step.add(
          random.nextInt(10) == 0
              ? Said.bind(portal, statement)
              : Said.bind(portal, statement, tag()));
    }
    if (random.nextInt(3) == 0) {
      step.add(Said.describePortal(portal));
    }
    if (random.nextInt(6) != 0) {
      step.add(Said.execute(portal, random.nextInt(3)));
    }
    if (random.nextInt(6) == 0) {
      step.add(Said.closePortal(name()));
    }
    if (random.nextInt(3) != 0) {
      step.add(Said.sync());
    }
    return step;
  }

  private String text() {
    return switch (random.nextInt(9)) {
      case 0 -> tag() + " is no SQL";
      case 1 -> "SELECT $1::text::int AS " + tag();
      case 2 -> "SELECT $1::text AS %s FROM generate_series(1, 5)".formatted(tag());
      case 3 -> "INSERT INTO pipeline_it.late VALUES ($1)";
      case 4 -> sqlOfNames();
      default -> "SELECT $1::text AS " + tag();
    };
  }
}
