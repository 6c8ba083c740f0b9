package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closePortal;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.describePortal;
import static dev.postern.testkit.FrontendPackets.describeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.flush;
import static dev.postern.testkit.FrontendPackets.functionCall;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.parseTyped;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What scripted clients do with the extended protocol, good and bad. */
final class WireCases {
  /** What two clients do; the second is logged in, too, and often says nothing. */
  @FunctionalInterface
  interface Script {
    void play(WireSession client, WireSession other);
  }

  private static final int INT4PL = 177;
  private static final int INT4 = 23;
  private static final int TEXT = 25;

  private WireCases() {}

  /** By name, in the order in which they are played. */
  static Map<String, Script> all() {
    Map<String, Script> cases = new LinkedHashMap<>();
    pipelines(cases);
    errors(cases);
    names(cases);
    portals(cases);
    lifetimes(cases);
    cases.putAll(WireStateCases.all());
    return cases;
  }

  private static void pipelines(Map<String, Script> cases) {
    cases.put(
        "many Syncs in flight",
        (client, other) -> {
          List<byte[]> packets = new ArrayList<>();
          for (int i = 0; i < 200; i++) {
            packets.add(parse("", "SELECT $1::int * 2, " + i % 7));
            packets.add(bind("", "", Integer.toString(i)));
            packets.add(describePortal(""));
            packets.add(execute("", 0));
            packets.add(sync());
          }
          client.send(packets.toArray(byte[][]::new)).ready(200);
        });
    cases.put(
        "many Syncs in flight, named statements, simple queries between",
        (client, other) -> {
          List<byte[]> packets = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            packets.add(parse("p" + i, "SELECT 'statement " + i + "', $1::text"));
            packets.add(sync());
          }
          for (int i = 0; i < 60; i++) {
            packets.add(bind("", "p" + i % 20, "value " + i));
            packets.add(execute("", 0));
            packets.add(sync());
            packets.add(query("SELECT " + i));
          }
          client.send(packets.toArray(byte[][]::new)).ready(140);
        });
    cases.put(
        "many statements of one pipeline before one Sync",
        (client, other) -> {
          List<byte[]> packets = new ArrayList<>();
          for (int i = 0; i < 50; i++) {
            packets.add(parse("", "SELECT " + i));
            packets.add(bind("", ""));
            packets.add(execute("", 0));
          }
          packets.add(sync());
          client.exchange(packets.toArray(byte[][]::new));
        });
    cases.put(
        "Flush without Sync, message by message",
        (client, other) ->
            client
                .send(parse("a", "SELECT $1::int + 1"), flush())
                .until('1')
                .send(describeStatement("a"), flush())
                .until('T')
                .send(bind("", "a", "41"), flush())
                .until('2')
                .send(describePortal(""), flush())
                .until('T')
                .send(execute("", 0), flush())
                .until('C')
                .send(closeStatement("a"), flush())
                .until('3')
                .exchange(sync())
                .exchange(sync()));
    cases.put(
        "a transaction over several Syncs of one write",
        (client, other) ->
            client
                .send(
                    parse("", "BEGIN"),
                    bind("", ""),
                    execute("", 0),
                    sync(),
                    parse("", "SELECT 1"),
                    bind("", ""),
                    execute("", 0),
                    sync(),
                    parse("", "COMMIT"),
                    bind("", ""),
                    execute("", 0),
                    sync(),
                    parse("", "SELECT 2"),
                    bind("", ""),
                    execute("", 0),
                    sync())
                .ready(4));
    cases.put(
        "Sync and Flush alone",
        (client, other) -> client.exchange(sync()).send(flush(), sync(), sync(), flush()).ready(2));
    cases.put(
        "simple queries in flight",
        (client, other) ->
            client
                .send(
                    query("SELECT 1"),
                    query("SELECT 1/0"),
                    query("BEGIN"),
                    query("SELECT 2"),
                    query("ROLLBACK"),
                    query(""),
                    query("SELECT 3; SELECT 4"))
                .ready(7));
    cases.put(
        "a function call",
        (client, other) ->
            client.exchange(functionCall(INT4PL, "40", "2")).exchange(functionCall(99_999_999)));
  }

  private static void errors(Map<String, Script> cases) {
    cases.put(
        "an error in the middle of a pipeline",
        (client, other) ->
            client
                .exchange(
                    parse("before", "SELECT 'before'"),
                    bind("", "before"),
                    execute("", 0),
                    parse("failing", "SELECT 1/$1::int"),
                    bind("", "failing", "0"),
                    execute("", 0),
                    parse("behind", "SELECT 'behind'"),
                    bind("", "behind"),
                    execute("", 0),
                    sync())
                .exchange(bind("", "before"), execute("", 0), sync())
                .exchange(bind("", "failing", "1"), execute("", 0), sync())
                .exchange(bind("", "behind"), execute("", 0), sync())
                .query("SELECT 'usable'"));
    cases.put(
        "errors among many Syncs in flight",
        (client, other) -> {
          List<byte[]> packets = new ArrayList<>();
          for (int i = 0; i < 30; i++) {
            packets.add(parse("e" + i, i % 3 == 1 ? "SELEC 1" : "SELECT 12 / $1::int"));
            packets.add(bind("", "e" + i, Integer.toString(i % 4)));
            packets.add(execute("", 0));
            packets.add(sync());
          }
          for (int i = 0; i < 30; i++) {
            packets.add(bind("", "e" + i, "3"));
            packets.add(execute("", 0));
            packets.add(sync());
          }
          client.send(packets.toArray(byte[][]::new)).ready(60);
        });
    cases.put(
        "a failed Parse, and its name again",
        (client, other) ->
            client
                .exchange(parse("again", "SELECT no_such_column"), sync())
                .exchange(bind("", "again"), execute("", 0), sync())
                .exchange(parse("again", "SELECT 'now'"), sync())
                .exchange(bind("", "again"), execute("", 0), sync()));
    cases.put(
        "a Bind with too few parameters",
        (client, other) ->
            client
                .exchange(parse("two", "SELECT $1::int + $2::int"), sync())
                .exchange(bind("", "two", "1"), execute("", 0), sync())
                .exchange(bind("", "two", "1", "x"), execute("", 0), sync())
                .exchange(bind("", "two", "1", null), execute("", 0), sync())
                .exchange(bind("", "two", "1", "2"), execute("", 0), sync()));
    cases.put(
        "a Parse of two statements, of none, of broken ones",
        (client, other) ->
            client
                .exchange(parse("", "SELECT 1; SELECT 2"), sync())
                .exchange(parse("", ""), bind("", ""), describePortal(""), execute("", 0), sync())
                .exchange(parse("", "SELECT 'open"), sync())
                .exchange(parse("", "SELECT $1 + $3"), sync())
                .query("", ";", "-- nothing"));
    cases.put(
        "an implicit transaction that fails in the end",
        (client, other) ->
            client
                .exchange(
                    parse("", "INSERT INTO conformance VALUES (100, 'lost')"),
                    bind("", ""),
                    execute("", 0),
                    parse("", "SELECT 1/0"),
                    bind("", ""),
                    execute("", 0),
                    sync())
                .query(
                    "SELECT count(*) FROM conformance WHERE id = 100",
                    "INSERT INTO conformance VALUES (101, 'lost'); SELECT 1/0",
                    "SELECT count(*) FROM conformance WHERE id = 101"));
    cases.put(
        "statements in a failed transaction",
        (client, other) ->
            client
                .exchange(parse("f1", "SELECT 1"), sync())
                .query("BEGIN", "SELECT 1/0", "SELECT 1")
                .exchange(bind("", "f1"), execute("", 0), sync())
                .exchange(parse("f2", "SELECT 2"), sync())
                .exchange(describeStatement("f1"), sync())
                .exchange(closeStatement("f1"), sync())
                .query("COMMIT")
                .exchange(bind("", "f1"), execute("", 0), sync())
                .exchange(bind("", "f2"), execute("", 0), sync()));
  }

  private static void names(Map<String, Script> cases) {
    cases.put(
        "unknown names",
        (client, other) ->
            client
                .exchange(closeStatement("nobody"), closePortal("nobody"), sync())
                .exchange(describeStatement("nobody"), sync())
                .exchange(describePortal("nobody"), sync())
                .exchange(bind("", "nobody"), sync())
                .exchange(bind("", ""), sync())
                .exchange(execute("nobody", 0), sync())
                .exchange(closeStatement(""), closePortal(""), sync())
                .query("SELECT 'usable'"));
    cases.put(
        "a name that is taken",
        (client, other) ->
            client
                .exchange(parse("taken", "SELECT 1"), sync())
                .exchange(parse("taken", "SELECT 2"), sync())
                .exchange(parse("taken", "SELECT 1"), sync())
                .exchange(bind("", "taken"), execute("", 0), sync())
                .exchange(closeStatement("taken"), parse("taken", "SELECT 3"), sync())
                .exchange(bind("", "taken"), execute("", 0), sync())
                .exchange(parse("taken", "SELECT 4"), closeStatement("taken"), sync())
                .exchange(bind("", "taken"), execute("", 0), sync()));
    cases.put(
        "two clients with one name for two texts",
        (client, other) -> {
          client.exchange(parse("s", "SELECT 'the first', $1::int"), sync());
          other.exchange(parse("s", "SELECT 'the second', $1::text"), sync());
          for (int i = 0; i < 10; i++) {
            client.send(bind("", "s", "1"), describePortal(""), execute("", 0), sync());
            other.send(bind("", "s", "x"), describePortal(""), execute("", 0), sync());
            client.ready(1);
            other.ready(1);
          }
          client.exchange(closeStatement("s"), sync());
          other.exchange(bind("", "s", "y"), execute("", 0), sync());
          client.exchange(bind("", "s", "1"), execute("", 0), sync());
        });
    cases.put(
        "two clients with one text for two names",
        (client, other) -> {
          client.exchange(parse("mine", "SELECT 'the same', $1::int"), sync());
          other.exchange(parse("yours", "SELECT 'the same', $1::int"), sync());
          other.exchange(describeStatement("mine"), sync());
          other.exchange(closeStatement("yours"), sync());
          client.exchange(bind("", "mine", "1"), execute("", 0), sync());
          other.exchange(bind("", "yours", "1"), execute("", 0), sync());
        });
    cases.put(
        "one text with other types of its parameters",
        (client, other) ->
            client
                .exchange(parseTyped("t1", "SELECT $1", INT4), describeStatement("t1"), sync())
                .exchange(parseTyped("t2", "SELECT $1", TEXT), describeStatement("t2"), sync())
                .exchange(parse("t3", "SELECT $1"), describeStatement("t3"), sync())
                .exchange(bind("", "t1", "1"), describePortal(""), execute("", 0), sync())
                .exchange(bind("", "t2", "1"), describePortal(""), execute("", 0), sync())
                .exchange(bind("", "t1", "one"), execute("", 0), sync()));
    cases.put(
        "names with odd characters",
        (client, other) -> {
          for (String name : List.of("a b", "\u00e9\u4e2d", "\"quoted\"", "x".repeat(200), "S_1")) {
            client
                .exchange(parse(name, "SELECT 'odd'"), sync())
                .exchange(bind(name, name), execute(name, 0), sync());
          }
          client.exchange(describeStatement("x".repeat(63)), sync());
        });
    cases.put(
        "more named statements than a connection keeps",
        (client, other) -> {
          for (int i = 0; i < 300; i++) {
            client.client().send(parse("n" + i, "SELECT " + i + " + $1::int"), sync());
          }
          client.ready(300);
          for (int i = 0; i < 300; i++) {
            client.exchange(bind("", "n" + i * 7 % 300, "1000"), execute("", 0), sync());
          }
        });
  }

  private static void portals(Map<String, Script> cases) {
    cases.put(
        "portals over several Executes in a transaction",
        (client, other) ->
            client
                .query("BEGIN")
                .exchange(parse("rows", "SELECT * FROM generate_series(1, $1::int) i"), sync())
                .exchange(bind("one", "rows", "10"), bind("two", "rows", "5"), sync())
                .exchange(execute("one", 3), sync())
                .exchange(execute("two", 2), execute("one", 3), sync())
                .exchange(describePortal("one"), execute("one", 100), sync())
                .exchange(execute("one", 1), sync())
                .exchange(closePortal("two"), execute("two", 1), sync())
                .query("ROLLBACK"));
    cases.put(
        "a portal after the end of its transaction",
        (client, other) ->
            client
                .exchange(parse("", "SELECT 1"), bind("gone", ""), sync())
                .exchange(execute("gone", 0), sync())
                .exchange(
                    parse("", "SELECT * FROM generate_series(1, 10)"),
                    bind("part", ""),
                    execute("part", 4),
                    sync())
                .exchange(execute("part", 4), sync())
                .query("BEGIN")
                .exchange(
                    parse("", "SELECT * FROM generate_series(1, 10)"),
                    bind("part", ""),
                    execute("part", 4),
                    sync())
                .exchange(parse("", "COMMIT"), bind("", ""), execute("", 0), sync())
                .exchange(execute("part", 4), sync()));
    cases.put(
        "a portal with a limit, suspended and resumed before Sync",
        (client, other) ->
            client.exchange(
                parse("", "SELECT * FROM generate_series(1, 5)"),
                bind("", ""),
                execute("", 2),
                execute("", 2),
                execute("", 2),
                sync()));
    cases.put(
        "a portal of a cursor in SQL",
        (client, other) ->
            client
                .query("BEGIN", "DECLARE c CURSOR FOR SELECT generate_series(1, 10)")
                .exchange(describePortal("c"), execute("c", 3), sync())
                .query("FETCH 2 FROM c", "MOVE 2 FROM c", "FETCH ALL FROM c", "CLOSE c", "COMMIT"));
    cases.put(
        "a portal with a name that is taken",
        (client, other) ->
            client
                .query("BEGIN")
                .exchange(parse("", "SELECT 1"), bind("p", ""), bind("p", ""), sync())
                .query("ROLLBACK"));
  }

  private static void lifetimes(Map<String, Script> cases) {
    cases.put(
        "an unnamed statement in later Syncs",
        (client, other) ->
            client
                .exchange(parse("", "SELECT $1::int + 1"), sync())
                .exchange(bind("", "", "1"), execute("", 0), sync())
                .exchange(bind("", "", "2"), describePortal(""), execute("", 0), sync())
                .exchange(describeStatement(""), sync())
                .exchange(parse("", "SELEC"), sync())
                .exchange(bind("", "", "3"), execute("", 0), sync()));
    cases.put(
        "an unnamed statement after a simple query",
        (client, other) ->
            client
                .exchange(parse("", "SELECT $1::int + 1"), sync())
                .query("SELECT 'in between'")
                .exchange(bind("", "", "1"), execute("", 0), sync()));
    cases.put(
        "an unnamed statement after a failed one",
        (client, other) ->
            client
                .exchange(parse("", "SELECT 10 / $1::int"), sync())
                .exchange(bind("", "", "0"), execute("", 0), sync())
                .exchange(bind("", "", "5"), execute("", 0), sync()));
    cases.put(
        "a named statement that was parsed in a transaction that was rolled back",
        (client, other) ->
            client
                .query("BEGIN")
                .exchange(parse("kept", "SELECT 'kept'"), sync())
                .query("ROLLBACK")
                .exchange(bind("", "kept"), execute("", 0), sync()));
    cases.put(
        "Close within the pipeline",
        (client, other) ->
            client
                .exchange(
                    parse("brief", "SELECT 'brief'"),
                    bind("", "brief"),
                    closeStatement("brief"),
                    execute("", 0),
                    parse("brief", "SELECT 'again'"),
                    bind("", "brief"),
                    execute("", 0),
                    closeStatement("brief"),
                    sync())
                .exchange(bind("", "brief"), sync()));
    cases.put(
        "DEALLOCATE and DISCARD of protocol statements",
        (client, other) ->
            client
                .exchange(parse("d1", "SELECT 1"), parse("d2", "SELECT 2"), sync())
                .query("DEALLOCATE d1", "DEALLOCATE d1", "DEALLOCATE nobody")
                .exchange(bind("", "d1"), execute("", 0), sync())
                .exchange(bind("", "d2"), execute("", 0), sync())
                .query("DEALLOCATE ALL")
                .exchange(bind("", "d2"), execute("", 0), sync())
                .exchange(parse("d2", "SELECT 'new'"), sync())
                .query("DISCARD PLANS")
                .exchange(bind("", "d2"), execute("", 0), sync())
                .query("DISCARD ALL")
                .exchange(bind("", "d2"), execute("", 0), sync())
                .exchange(parse("d2", "SELECT 'newer'"), bind("", "d2"), execute("", 0), sync())
                .exchange(parse("", "DEALLOCATE d2"), bind("", ""), execute("", 0), sync())
                .exchange(bind("", "d2"), execute("", 0), sync())
                .exchange(parse("", "DISCARD ALL"), bind("", ""), execute("", 0), sync())
                .query("BEGIN", "DISCARD ALL", "ROLLBACK"));
    cases.put(
        "DDL under a prepared statement",
        (client, other) -> {
          client.query("CREATE TABLE conformance_ddl (a int)");
          client.exchange(parse("star", "SELECT * FROM conformance_ddl"), sync());
          client.exchange(bind("", "star"), describePortal(""), execute("", 0), sync());
          other.query("ALTER TABLE conformance_ddl ADD COLUMN b text");
          client.exchange(bind("", "star"), execute("", 0), sync());
          client.exchange(bind("", "star"), execute("", 0), sync());
          client.exchange(closeStatement("star"), sync());
          client.exchange(parse("star", "SELECT * FROM conformance_ddl"), sync());
          client.exchange(bind("", "star"), describePortal(""), execute("", 0), sync());
          other.query("DROP TABLE conformance_ddl");
          client.exchange(bind("", "star"), execute("", 0), sync());
        });
  }
}
