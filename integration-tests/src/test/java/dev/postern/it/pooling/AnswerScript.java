package dev.postern.it.pooling;

import dev.postern.api.Bytes;
import dev.postern.api.intercept.AnsweredStatement;
import dev.postern.api.intercept.AnsweredStatement.Column;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.ValueType;
import dev.postern.api.message.Bind;
import dev.postern.api.message.Format;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.testkit.FrontendPackets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Conversations in which some statements can be answered by an interceptor as well as by a server,
 * between others, in bursts, with rows bit by bit, errors and COPY. The same seed gives the same
 * messages.
 */
final class AnswerScript {
  static final long SEED = Long.getLong("postern.it.answers.seed", System.nanoTime() % 1_000_000);

  private static final String ROWS =
      "SELECT 1::int4 AS a, 'x'::text AS b UNION ALL SELECT 2, NULL UNION ALL SELECT 3, 'z'";
  private static final String NONE = "SELECT 1::int8 AS a WHERE false";
  private static final String ECHO = "SELECT $1::text AS said";
  private static final String TYPES =
      """
      SELECT true AS a, '\\x0102ff'::bytea AS b, -9223372036854775807::int8 AS c, -5::int2 AS d,
        7::int4 AS e, 'ü'::text AS f, '{"a": 1}'::json AS g, 1.5::float4 AS h, -0.1::float8 AS i,
        '2024-02-29'::date AS j, '0044-03-15 BC'::date AS k,
        '1999-12-31 23:59:59.123456'::timestamp AS l, '2030-06-01 12:00:00.5+00'::timestamptz AS m,
        '8c3b6d5e-0f0a-4c1e-9d55-0123456789ab'::uuid AS n, '{"a": 1}'::jsonb AS o,
        NULL::date AS p\
      """;
  private static final List<String> ANSWERED = List.of(ROWS, NONE, TYPES);
  private static final List<String> OTHERS =
      List.of(
          "SELECT 'other' AS o FROM generate_series(1, 3)",
          "",
          "SELECT 1; SELECT 2",
          "COPY (SELECT 1) TO STDOUT",
          "SELECT 1/0",
          "no SQL");
  private static final int TEXT = ValueType.TEXT.oid();

  private final Random random;
  private final List<byte[]> burst = new ArrayList<>();
  private final StringBuilder said = new StringBuilder();
  private int names;
  private boolean inBlock;

  private AnswerScript(long seed) {
    random = new Random(seed);
  }

  /** Answers those that it can, as the server would. */
  static MessageInterceptor answering(AtomicInteger answered) {
    AnsweredStatement rows =
        counted(
            answered,
            List.of(Column.of("a", ValueType.INT4), Column.of("b", ValueType.TEXT)),
            bind -> List.of(List.of(1, "x"), Arrays.asList(2, null), List.of(3, "z")));
    AnsweredStatement none =
        counted(answered, List.of(Column.of("a", ValueType.INT8)), bind -> List.of());
    AnsweredStatement echo =
        counted(
            answered,
            List.of(Column.of("said", ValueType.TEXT)),
            bind -> List.of(Arrays.asList(text(bind.parameters().getFirst()))));
    AnsweredStatement types = counted(answered, typeColumns(), bind -> List.of(typeValues()));
    Map<String, AnsweredStatement> all = Map.of(ROWS, rows, NONE, none, ECHO, echo, TYPES, types);
    return (session, interests) -> interests.answer(all::get);
  }

  private static AnsweredStatement counted(
      AtomicInteger answered,
      List<Column> columns,
      Function<Bind, List<List<@Nullable Object>>> rows) {
    return AnsweredStatement.rows(
        columns,
        bind -> {
          answered.incrementAndGet();
          return rows.apply(bind);
        });
  }

  private static @Nullable Object text(@Nullable Bytes value) {
    return value == null ? null : value.toUtf8();
  }

  private static List<Column> typeColumns() {
    List<ValueType> types =
        List.of(
            ValueType.BOOL,
            ValueType.BYTEA,
            ValueType.INT8,
            ValueType.INT2,
            ValueType.INT4,
            ValueType.TEXT,
            ValueType.JSON,
            ValueType.FLOAT4,
            ValueType.FLOAT8,
            ValueType.DATE,
            ValueType.DATE,
            ValueType.TIMESTAMP,
            ValueType.TIMESTAMPTZ,
            ValueType.UUID,
            ValueType.JSONB,
            ValueType.DATE);
    List<Column> columns = new ArrayList<>();
    for (ValueType type : types) {
      columns.add(Column.of(String.valueOf((char) ('a' + columns.size())), type));
    }
    return columns;
  }

  private static List<@Nullable Object> typeValues() {
    return Arrays.asList(
        true,
        Bytes.wrap(new byte[] {1, 2, -1}),
        -9223372036854775807L,
        (short) -5,
        7,
        "ü",
        "{\"a\": 1}",
        1.5f,
        -0.1,
        LocalDate.of(2024, 2, 29),
        LocalDate.of(-43, 3, 15),
        LocalDateTime.parse("1999-12-31T23:59:59.123456"),
        Instant.parse("2030-06-01T12:00:00.500Z"),
        UUID.fromString("8c3b6d5e-0f0a-4c1e-9d55-0123456789ab"),
        "{\"a\": 1}",
        null);
  }

  /** Plays a conversation both ways. */
  static void compare(Way direct, Way through, long seed) {
    Transcript expected = new Transcript();
    new AnswerScript(seed).play(direct, expected);
    AnswerScript script = new AnswerScript(seed);
    Transcript seen = new Transcript();
    try {
      script.play(through, seen);
      seen.expectSameAs(expected);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed %d: %s%nsaid: %s%nsaw: %s"
              .formatted(seed, e.getMessage(), script.said, seen.tail()),
          e);
    }
  }

  private void play(Way way, Transcript transcript) {
    try (WireSession client = new WireSession("", way.wire(), transcript)) {
      client.query("SET TimeZone = 'UTC'");
      for (int i = 0; i < 8; i++) {
        int cycles = 1 + random.nextInt(5);
        for (int cycle = 0; cycle < cycles; cycle++) {
          cycle();
        }
        client.send(burst.toArray(byte[][]::new)).ready(cycles);
        burst.clear();
      }
    }
  }

  /** What one ReadyForQuery ends. */
  private void cycle() {
    switch (random.nextInt(6)) {
      case 0 -> query(pick(ANSWERED));
      case 1 -> query(inBlock ? pick(OTHERS.subList(0, 4)) : pick(OTHERS));
      case 2 -> {
        query(inBlock ? "COMMIT" : "BEGIN");
        inBlock = !inBlock;
      }
      case 3 -> copy();
      default -> {
        int units = 1 + random.nextInt(4);
        for (int i = 0; i < units; i++) {
          unit();
        }
        say("sync", FrontendPackets.sync());
      }
    }
  }

  private void copy() {
    say("copy", FrontendPackets.query("COPY answers_copied FROM STDIN"));
    say("rows", FrontendPackets.copyData("1\n2\n".getBytes(StandardCharsets.UTF_8)));
    if (inBlock || random.nextBoolean()) {
      say("done", FrontendPackets.copyDone());
    } else {
      say("fail", FrontendPackets.copyFail("no more"));
    }
  }

  /** A statement in the extended protocol, as far as it goes. */
  private void unit() {
    if (!inBlock && random.nextInt(8) == 0) {
      say("error", FrontendPackets.unnamed(random.nextBoolean() ? "SELECT 1/0" : "no SQL"));
      return;
    }
    boolean echo = random.nextInt(4) == 0;
    String sql = echo ? ECHO : random.nextInt(3) == 0 ? OTHERS.getFirst() : pick(ANSWERED);
    String statement = random.nextBoolean() ? "" : "s" + names++;
    String portal = random.nextBoolean() ? "" : "p" + names++;
    say(
        "parse " + statement + ": " + sql,
        echo
            ? FrontendPackets.parseTyped(statement, sql, TEXT)
            : FrontendPackets.parse(statement, sql));
    if (random.nextBoolean()) {
      say("describe " + statement, FrontendPackets.describeStatement(statement));
    }
    say("bind " + portal, encode(bind(portal, statement, echo, sql)));
    if (random.nextBoolean()) {
      say("describe portal " + portal, FrontendPackets.describePortal(portal));
    }
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      int most = i == times - 1 ? 0 : 1 + random.nextInt(2);
      say("execute " + most, FrontendPackets.execute(portal, most));
    }
    if (random.nextInt(3) == 0) {
      say("close", FrontendPackets.closeStatement(statement));
    }
    if (random.nextInt(3) == 0) {
      say("flush", FrontendPackets.flush());
    }
  }

  private Bind bind(String portal, String statement, boolean echo, String sql) {
    List<@Nullable Bytes> parameters =
        echo ? Arrays.asList(random.nextInt(5) == 0 ? null : Bytes.utf8("said")) : List.of();
    List<Format> formats =
        switch (random.nextInt(3)) {
          case 0 -> List.of();
          case 1 -> List.of(Format.BINARY);
          default -> sql.equals(ROWS) ? List.of(Format.BINARY, Format.TEXT) : List.of(Format.TEXT);
        };
    return new Bind(portal, statement, List.of(), parameters, formats);
  }

  private static byte[] encode(Bind bind) {
    ByteBuf out = Unpooled.buffer();
    FrontendCodec.encode(bind, out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  private void query(String sql) {
    say("query " + sql, FrontendPackets.query(sql));
  }

  private void say(String what, byte[] message) {
    said.append(what).append("; ");
    burst.add(message);
  }

  private String pick(List<String> texts) {
    return texts.get(random.nextInt(texts.size()));
  }
}
