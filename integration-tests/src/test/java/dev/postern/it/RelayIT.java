package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** What passes in a session: everything, unchanged, in order. */
final class RelayIT {
  private static final String ROLE = "relay_role";

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
    Gateways.server().execute("GRANT CREATE ON SCHEMA public TO " + ROLE);
  }

  @Test
  void copiesInAndOut() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      rows.append(i).append("\tsome text for row ").append(i).append('\n');
    }
    try (Connection connection = Gateways.connect(Gateways.encrypted(), ROLE)) {
      Sql.run(connection, "CREATE TEMP TABLE copied (id int, text text)");
      var copy = connection.unwrap(PGConnection.class).getCopyAPI();
      assertThat(copy.copyIn("COPY copied FROM STDIN", new StringReader(rows.toString())))
          .isEqualTo(200_000);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      copy.copyOut("COPY copied TO STDOUT", out);
      assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(rows.toString());
    }
  }

  @Test
  void goesOnAfterACopyThatFailed() throws Exception {
    try (Connection connection = Gateways.connect(Gateways.plain(), ROLE)) {
      Sql.run(connection, "CREATE TEMP TABLE copied (id int)");
      var copy = connection.unwrap(PGConnection.class).getCopyAPI();
      assertThatThrownBy(
              () -> copy.copyIn("COPY copied FROM STDIN", new StringReader("not a number\n")))
          .isInstanceOf(SQLException.class);
      assertThat(Sql.value(connection, "SELECT count(*) FROM copied")).isEqualTo("0");
    }
  }

  @Test
  void carriesLargeObjects() throws SQLException {
    byte[] content = new byte[3_000_000];
    new Random(31).nextBytes(content);
    try (Connection connection = Gateways.connect(Gateways.plain(), ROLE)) {
      connection.setAutoCommit(false);
      LargeObjectManager objects = connection.unwrap(PGConnection.class).getLargeObjectAPI();
      long id = objects.createLO();
      try (LargeObject object = objects.open(id, LargeObjectManager.WRITE)) {
        object.write(content);
      }
      try (LargeObject object = objects.open(id, LargeObjectManager.READ)) {
        assertThat(object.read(content.length)).isEqualTo(content);
      }
      objects.delete(id);
      connection.commit();
    }
  }

  @Test
  void carriesNotifications() throws SQLException {
    try (Connection listener = Gateways.connect(Gateways.plain(), ROLE);
        Connection notifier = Gateways.connect(Gateways.encrypted(), ROLE)) {
      Sql.run(listener, "LISTEN relay_channel");
      Sql.run(notifier, "NOTIFY relay_channel, 'payload'");
      PGNotification[] notifications = listener.unwrap(PGConnection.class).getNotifications(10_000);
      assertThat(notifications).hasSize(1);
      assertThat(notifications[0].getParameter()).isEqualTo("payload");
    }
  }

  @Test
  void keepsPreparedStatementsAndPortals() throws SQLException {
    try (Connection connection = Gateways.connect(Gateways.plain(), ROLE)) {
      connection.unwrap(PGConnection.class).setPrepareThreshold(1);
      connection.setAutoCommit(false);
      try (PreparedStatement statement =
          connection.prepareStatement("SELECT i * ? FROM generate_series(1, 1000) i")) {
        statement.setFetchSize(10);
        for (int factor = 1; factor <= 10; factor++) {
          statement.setInt(1, factor);
          long sum = 0;
          try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              sum += rows.getLong(1);
            }
          }
          assertThat(sum).isEqualTo(500_500L * factor);
        }
      }
    }
  }

  @Test
  void answersAPipelineInItsOrder() {
    try (WireClient client = loggedIn()) {
      List<byte[]> pipeline = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        pipeline.add(FrontendPackets.parse("", "SELECT $1::int * 2"));
        pipeline.add(FrontendPackets.bind("", "", Integer.toString(i)));
        pipeline.add(FrontendPackets.execute("", 0));
        pipeline.add(FrontendPackets.sync());
      }
      client.send(pipeline.toArray(byte[][]::new));
      for (int i = 0; i < 500; i++) {
        assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12DCZ");
      }
    }
  }

  @Test
  void skipsToSyncAfterAnErrorAsTheServerDoes() {
    try (WireClient client = loggedIn()) {
      client.send(
          FrontendPackets.unnamed("SELECT 1/0"),
          FrontendPackets.unnamed("SELECT 2"),
          FrontendPackets.sync(),
          FrontendPackets.query("SELECT 3"));
      assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("1EZ");
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("3");
    }
  }

  @Test
  void answersAQueryOfManyStatements() {
    try (WireClient client = loggedIn()) {
      String types =
          WireMessage.types(client.query("SELECT 1; SELECT 2; ; CREATE TEMP TABLE t (); SELECT 3"));
      assertThat(types).isEqualTo("TDCTDCCTDCZ");
    }
  }

  @Test
  void passesAQueryOnHoweverItIsCut() {
    byte[] query = FrontendPackets.query("SELECT 'cut'");
    try (WireClient client = loggedIn()) {
      for (int cut = 1; cut < query.length; cut++) {
        client.send(Arrays.copyOfRange(query, 0, cut));
        client.send(Arrays.copyOfRange(query, cut, query.length));
        assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("cut");
      }
    }
  }

  @Test
  void carriesARowOfManyMegabytes() {
    try (WireClient client = loggedIn()) {
      WireMessage row = client.query("SELECT repeat('x', 50000000)").get(1);
      assertThat(row.body().length()).isEqualTo(50_000_000 + 6);
    }
  }

  @Test
  void carriesAParameterOfManyMegabytes() throws SQLException {
    try (Connection connection = Gateways.connect(Gateways.encrypted(), ROLE);
        PreparedStatement statement =
            connection.prepareStatement("SELECT octet_length(?::bytea)")) {
      statement.setBinaryStream(1, new ByteArrayInputStream(new byte[20_000_000]), 20_000_000);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(20_000_000);
      }
    }
  }

  @Test
  void carriesNoticesBetweenRows() {
    try (WireClient client = loggedIn()) {
      List<WireMessage> messages =
          client.query(
              "DO $$ BEGIN FOR i IN 1..2000 LOOP RAISE NOTICE 'notice %', i; END LOOP; END $$");
      assertThat(messages.stream().filter(message -> message.type() == 'N')).hasSize(2000);
    }
  }

  @Test
  void callsAFunctionByItsNumber() {
    String oid = Gateways.server().queryOne("SELECT oid FROM pg_proc WHERE proname = 'int4pl'");
    try (WireClient client = loggedIn()) {
      java.nio.ByteBuffer call = java.nio.ByteBuffer.allocate(28);
      call.putInt(Integer.parseInt(oid))
          .putShort((short) 1)
          .putShort((short) 1)
          .putShort((short) 2);
      call.putInt(4).putInt(40).putInt(4).putInt(2).putShort((short) 1);
      client.send(FrontendPackets.message('F', call.array()));
      assertThat(client.expect('V').int32(4)).isEqualTo(42);
      client.expect('Z');
    }
  }

  @Test
  void endsTheServersSessionWhenTheClientTerminates() {
    WireClient client = loggedIn();
    String pid = client.queryOne("SELECT pg_backend_pid()");
    client.send(FrontendPackets.terminate());
    client.expectEnd();
    client.close();
    Sessions.awaitFree(Gateways.server(), pid);
  }

  private static WireClient loggedIn() {
    WireClient client = WireClient.connect(Gateways.plain().address());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }
}
