package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closePortal;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.describePortal;
import static dev.postern.testkit.FrontendPackets.describeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.parseTyped;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;

import dev.postern.it.pooling.WireCases.Script;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What scripted clients do with statements and portals, and how long these are there. */
final class WireStatementCases {
  private static final int INT4 = 23;
  private static final int TEXT = 25;

  private WireStatementCases() {}

  static Map<String, Script> all() {
    Map<String, Script> cases = new LinkedHashMap<>();
    names(cases);
    portals(cases);
    lifetimes(cases);
    return cases;
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
                .exchange(unnamed("COMMIT"), sync())
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
                .exchange(unnamed("DEALLOCATE d2"), sync())
                .exchange(bind("", "d2"), execute("", 0), sync())
                .exchange(unnamed("DISCARD ALL"), sync())
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
