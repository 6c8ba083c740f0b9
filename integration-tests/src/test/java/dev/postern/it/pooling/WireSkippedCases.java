package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.describeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;

import dev.postern.it.pooling.WireCases.Script;
import java.util.LinkedHashMap;
import java.util.Map;

/** What scripted clients do with names while it is not certain yet what they mean. */
final class WireSkippedCases {
  private WireSkippedCases() {}

  static Map<String, Script> all() {
    Map<String, Script> cases = new LinkedHashMap<>();
    skipped(cases);
    queries(cases);
    deallocated(cases);
    return cases;
  }

  private static void skipped(Map<String, Script> cases) {
    cases.put(
        "one text under two names, both skipped",
        (client, other) -> {
          client.exchange(
              bind("", "missing"),
              parse("a", "SELECT 'skipped twice'"),
              parse("b", "SELECT 'skipped twice'"),
              sync());
          client.exchange(parse("c", "SELECT 'skipped twice'"), sync());
          client.exchange(bind("", "c"), execute("", 0), sync());
          client.exchange(describeStatement("a"), sync());
        });
    cases.put(
        "a Close that is skipped, and its name behind the Sync",
        (client, other) -> {
          client.exchange(parse("a", "SELECT 'first'"), sync());
          client
              .send(
                  bind("", "missing"),
                  closeStatement("a"),
                  sync(),
                  parse("a", "SELECT 'second'"),
                  sync(),
                  bind("", "a"),
                  execute("", 0),
                  sync(),
                  closeStatement("a"),
                  sync(),
                  bind("", "missing"),
                  parse("a", "SELECT 'third'"),
                  closeStatement("a"),
                  sync(),
                  parse("a", "SELECT 'fourth'"),
                  bind("", "a"),
                  execute("", 0),
                  sync())
              .ready(6);
          client.exchange(describeStatement("a"), sync());
        });
    cases.put(
        "a Close and a Parse of the same text under the same name, both skipped",
        (client, other) -> {
          client.exchange(parse("a", "SELECT 'one'"), sync());
          client.exchange(
              bind("", "missing"), closeStatement("a"), parse("a", "SELECT 'one'"), sync());
          client.exchange(parse("a", "SELECT 'one'"), sync());
          client.exchange(bind("", "a"), execute("", 0), sync());
        });
  }

  private static void queries(Map<String, Script> cases) {
    cases.put(
        "a Query that is skipped, and the Sync later",
        (client, other) -> {
          client.send(bind("", "missing"), query("SELECT 'skipped'")).until('E');
          other.query("SELECT 'another client'", "BEGIN", "SELECT 1");
          client.exchange(sync());
          client.query("SELECT 'served'");
          other.query("COMMIT");
        });
    cases.put(
        "a Close that is skipped behind DEALLOCATE ALL",
        (client, other) -> {
          client.exchange(parse("a", "SELECT 'a'"), sync());
          client
              .send(query("DEALLOCATE ALL"), bind("", "missing"), closeStatement("a"), sync())
              .ready(2);
          client.exchange(bind("", "a"), sync());
        });
  }

  private static void deallocated(Map<String, Script> cases) {
    for (String all : new String[] {"DEALLOCATE ALL", "DISCARD ALL"}) {
      cases.put(
          all + " in a pipeline, and names before and behind it",
          (client, other) -> {
            client.exchange(parse("a", "SELECT 'a'"), sync());
            client
                .send(
                    parse("b", "SELECT 'b'"),
                    bind("", "b"),
                    execute("", 0),
                    sync(),
                    query(all),
                    parse("c", "SELECT 'c'"),
                    parse("d", "SELECT 'a'"),
                    sync(),
                    bind("", "c"),
                    execute("", 0),
                    sync(),
                    bind("", "b"),
                    sync(),
                    parse("a", "SELECT 'new a'"),
                    bind("", "a"),
                    execute("", 0),
                    sync())
                .ready(6);
            for (String name : new String[] {"a", "b", "c", "d"}) {
              client.exchange(bind("", name), execute("", 0), sync());
            }
          });
      cases.put(
          all + " that is skipped",
          (client, other) -> {
            client.exchange(parse("a", "SELECT 'a'"), sync());
            client
                .send(
                    bind("", "missing"),
                    query(all),
                    sync(),
                    parse("a", "SELECT 'new a'"),
                    sync(),
                    bind("", "a"),
                    execute("", 0),
                    sync())
                .ready(3);
          });
    }
    cases.put(
        "DEALLOCATE in a failed transaction",
        (client, other) -> {
          client.exchange(parse("a", "SELECT 'kept'"), sync());
          client.query("BEGIN", "SELECT 1/0", "DEALLOCATE a", "ROLLBACK");
          client.exchange(bind("", "a"), execute("", 0), sync());
          client.exchange(parse("b", "SELECT 'kept'"), bind("", "b"), execute("", 0), sync());
          client.query("DEALLOCATE a", "DEALLOCATE a");
          client.exchange(parse("a", "SELECT 'kept'"), bind("", "a"), execute("", 0), sync());
        });
    cases.put(
        "DEALLOCATE of what cannot be prepared any more",
        (client, other) -> {
          client.query("CREATE TABLE conformance_gone (a int)");
          client.exchange(parse("a", "SELECT * FROM conformance_gone"), sync());
          client.query("DROP TABLE conformance_gone", "SELECT 1", "SELECT 2", "SELECT 3");
          client.query("DEALLOCATE a", "DEALLOCATE a");
        });
    cases.put(
        "DEALLOCATE that is skipped, and the name behind the Sync",
        (client, other) -> {
          client.exchange(parse("a", "SELECT 'kept'"), sync());
          client
              .send(
                  bind("", "missing"),
                  query("DEALLOCATE a"),
                  sync(),
                  bind("", "a"),
                  execute("", 0),
                  sync(),
                  query("DEALLOCATE a"),
                  parse("a", "SELECT 'new'"),
                  bind("", "a"),
                  execute("", 0),
                  sync())
              .ready(4);
        });
  }
}
