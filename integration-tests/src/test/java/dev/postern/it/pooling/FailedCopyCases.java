package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.copyFail;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.flush;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;

import dev.postern.it.pooling.WireCases.Script;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * COPY that fails with Syncs around. A server ignores those that it reads among the rows and
 * answers the others: the table {@code filled} refuses a row, {@code sealed} refuses all before the
 * first is read.
 */
final class FailedCopyCases {
  private static final byte[] FILL = unnamed("COPY filled FROM STDIN");
  private static final byte[] SEAL = unnamed("COPY sealed FROM STDIN");
  private static final byte[] ROW = copyData("1\n".getBytes(StandardCharsets.US_ASCII));
  private static final byte[] WRONG = copyData("no number\n".getBytes(StandardCharsets.US_ASCII));

  private FailedCopyCases() {}

  static Map<String, Script> all() {
    Map<String, Script> cases = new LinkedHashMap<>();
    inOneWrite(cases);
    stepByStep(cases);
    pipelines(cases);
    simple(cases);
    return cases;
  }

  private static void inOneWrite(Map<String, Script> cases) {
    cases.put(
        "a refused row, in one write",
        (client, other) -> client.send(FILL, sync(), WRONG, copyDone(), sync()).ready(1));
    cases.put(
        "refused before its first row, in one write",
        (client, other) -> client.send(SEAL, sync(), ROW, copyDone(), sync()).ready(2));
    cases.put(
        "a refused row among Syncs, in one write",
        (client, other) ->
            client
                .send(FILL, sync(), ROW, sync(), WRONG, sync(), copyDone(), sync(), flush(), sync())
                .ready(3));
    cases.put(
        "given up by its client, in one write",
        (client, other) -> client.send(FILL, sync(), ROW, copyFail("enough"), sync()).ready(1));
    cases.put(
        "in a transaction, in one write",
        (client, other) ->
            client
                .query("BEGIN")
                .send(FILL, sync(), WRONG, copyDone(), sync())
                .ready(1)
                .query("SELECT 1", "ROLLBACK", "BEGIN")
                .send(SEAL, sync(), copyDone(), sync())
                .ready(2)
                .query("ROLLBACK"));
  }

  private static void stepByStep(Map<String, Script> cases) {
    cases.put(
        "a refused row, its Sync behind the error",
        (client, other) ->
            client
                .send(FILL, sync())
                .until('G')
                .send(WRONG)
                .until('E')
                .send(ROW, copyDone(), sync())
                .ready(1));
    cases.put(
        "a refused row, its Sync behind it",
        (client, other) ->
            client.send(FILL, flush()).until('G').send(WRONG, sync()).ready(1).send(copyDone()));
    cases.put(
        "refused before its first row, which its client sends nevertheless",
        (client, other) ->
            client.send(SEAL, sync()).until('G').until('Z').send(ROW, copyDone(), sync()).ready(1));
    cases.put(
        "refused before its first row, without a Sync before the error",
        (client, other) ->
            client.send(SEAL, flush()).until('E').send(ROW, copyDone(), sync()).ready(1));
    cases.put(
        "given up by its client",
        (client, other) ->
            client.send(FILL, sync()).until('G').send(copyFail("enough"), sync()).ready(1));
  }

  private static void pipelines(Map<String, Script> cases) {
    cases.put(
        "a refused row, and statements behind it",
        (client, other) ->
            client
                .send(FILL, sync(), WRONG, copyDone(), sync())
                .send(parse("named", "SELECT 'named'"), bind("", "named"), execute("", 0), sync())
                .send(query("SELECT 'simple'"), unnamed("SELECT 1/0"), sync(), sync())
                .ready(5)
                .exchange(bind("", "named"), execute("", 0), sync()));
    cases.put(
        "refused before its first row, and statements behind it",
        (client, other) ->
            client
                .send(SEAL, sync(), ROW, copyDone(), sync())
                .send(parse("named", "SELECT 'again'"), bind("", "named"), execute("", 0), sync())
                .send(query("SELECT 'simple'"), unnamed("SELECT 1/0"), sync(), sync())
                .ready(6)
                .exchange(bind("", "named"), execute("", 0), sync()));
    cases.put(
        "refused before its first row, and a Query that fails behind it",
        (client, other) ->
            client
                .send(SEAL, sync(), copyDone(), sync(), query("SELECT 1/0"), query("SELECT 2"))
                .ready(4));
    cases.put(
        "one behind the other",
        (client, other) ->
            client
                .send(SEAL, sync(), copyDone(), sync(), FILL, sync(), WRONG, copyDone(), sync())
                .send(FILL, sync(), ROW, copyDone(), sync())
                .ready(4));
    cases.put(
        "ends of rows that there are none of, before a statement with a name",
        (client, other) ->
            client
                .send(unnamed("SELECT 1"), copyDone(), copyFail("of nothing"))
                .send(parse("kept", "SELECT 'kept'"), unnamed("SELECT 1/0"), sync())
                .ready(1)
                .exchange(bind("", "kept"), execute("", 0), sync()));
  }

  private static void simple(Map<String, Script> cases) {
    cases.put(
        "by a Query, refused before its first row",
        (client, other) ->
            client
                .send(query("COPY sealed FROM STDIN"), sync(), ROW, copyDone())
                .send(query("SELECT 'simple'"))
                .ready(3));
    cases.put(
        "by a Query, a refused row among Syncs",
        (client, other) ->
            client
                .send(query("COPY filled FROM STDIN"), sync(), WRONG, sync(), copyDone())
                .send(query("SELECT 'simple'"), sync())
                .ready(4));
  }
}
