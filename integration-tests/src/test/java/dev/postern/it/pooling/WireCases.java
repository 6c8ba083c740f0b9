package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.describePortal;
import static dev.postern.testkit.FrontendPackets.describeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.flush;
import static dev.postern.testkit.FrontendPackets.functionCall;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;

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

  private WireCases() {}

  /** By name, in the order in which they are played. */
  static Map<String, Script> all() {
    Map<String, Script> cases = new LinkedHashMap<>();
    pipelines(cases);
    errors(cases);
    cases.putAll(WireStatementCases.all());
    cases.putAll(WireStateCases.all());
    cases.putAll(WireCopyCases.all());
    cases.putAll(WireSkippedCases.all());
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
                    unnamed("BEGIN"),
                    sync(),
                    unnamed("SELECT 1"),
                    sync(),
                    unnamed("COMMIT"),
                    sync(),
                    unnamed("SELECT 2"),
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
                    unnamed("INSERT INTO conformance VALUES (100, 'lost')"),
                    unnamed("SELECT 1/0"),
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
}
