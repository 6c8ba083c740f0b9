package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.copyFail;
import static dev.postern.testkit.FrontendPackets.flush;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;

import dev.postern.it.pooling.WireCases.Script;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What scripted clients do with COPY. */
final class WireCopyCases {
  private static final byte[] ROWS = "300\tthree\n301\t\\N\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] WRONG_ROW = "no number\n".getBytes(StandardCharsets.UTF_8);

  private WireCopyCases() {}

  static Map<String, Script> all() {
    Map<String, Script> cases = new LinkedHashMap<>();
    copies(cases);
    oddSyncs(cases);
    return cases;
  }

  private static void copies(Map<String, Script> cases) {
    cases.put(
        "COPY in and out",
        (client, other) ->
            client
                .query("BEGIN")
                .send(query("COPY conformance FROM STDIN"))
                .until('G')
                .exchange(copyData(ROWS), copyData(new byte[0]), copyDone())
                .query(
                    "COPY (SELECT * FROM conformance WHERE id >= 300 ORDER BY id) TO STDOUT",
                    "ROLLBACK",
                    "COPY (SELECT 1) TO STDOUT; SELECT 'behind'; COPY (SELECT 2) TO STDOUT"));
    cases.put(
        "COPY in that fails",
        (client, other) ->
            client
                .send(query("COPY conformance FROM STDIN"))
                .until('G')
                .exchange(copyData(ROWS), copyFail("changed my mind"))
                .send(query("COPY conformance FROM STDIN"))
                .until('G')
                .exchange(copyData(WRONG_ROW), copyDone())
                .query("COPY no_such_table FROM STDIN", "COPY no_such_table TO STDOUT")
                .query("SELECT count(*) FROM conformance WHERE id >= 300"));
    cases.put(
        "COPY in by the extended protocol",
        (client, other) ->
            client
                .query("BEGIN")
                .send(unnamed("COPY conformance FROM STDIN"), flush())
                .until('G')
                .exchange(copyData(ROWS), copyDone(), sync())
                .query("ROLLBACK")
                .exchange(unnamed("COPY (SELECT generate_series(1, 3)) TO STDOUT"), sync()));
    cases.put(
        "COPY in by the extended protocol that fails before its end",
        (client, other) ->
            client
                .send(unnamed("COPY conformance FROM STDIN"), flush())
                .until('G')
                .send(copyData(WRONG_ROW))
                .until('E')
                .exchange(copyDone(), sync())
                .query("SELECT 'behind'"));
    cases.put(
        "COPY in, its data in the same write",
        (client, other) ->
            client
                .query("BEGIN")
                .exchange(query("COPY conformance FROM STDIN"), copyData(ROWS), copyDone())
                .query("SELECT count(*) FROM conformance WHERE id >= 300", "ROLLBACK"));
  }

  private static void oddSyncs(Map<String, Script> cases) {
    cases.put(
        "COPY in with a Sync before its data, in the same write",
        (client, other) ->
            client
                .exchange(query("COPY conformance FROM STDIN"), sync(), copyData(ROWS), copyDone())
                .query("SELECT count(*) FROM conformance WHERE id >= 300")
                .exchange(
                    query("COPY conformance FROM STDIN; COPY conformance FROM STDIN"),
                    sync(),
                    copyData("310\tfirst\n".getBytes(StandardCharsets.UTF_8)),
                    copyDone(),
                    sync(),
                    flush(),
                    copyData("311\tsecond\n".getBytes(StandardCharsets.UTF_8)),
                    copyDone())
                .query("SELECT count(*) FROM conformance WHERE id >= 300")
                .send(query("COPY no_such_table FROM STDIN"), sync(), copyData(ROWS), copyDone())
                .ready(2)
                .query("SELECT 'behind'"));
    cases.put(
        "COPY in with a Sync behind a row that is refused, in the same write",
        (client, other) ->
            client
                .send(query("COPY conformance FROM STDIN"), copyData(WRONG_ROW), sync(), copyDone())
                .ready(2)
                .query("SELECT 'behind'")
                .send(query("COPY conformance FROM STDIN"))
                .until('G')
                .send(copyData(WRONG_ROW), sync())
                .ready(2)
                .query("SELECT 'behind'"));
  }
}
