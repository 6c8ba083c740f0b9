package dev.postern.it.pooling;

import static dev.postern.it.pooling.ListeningClients.heard;
import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients of a pool that listen, and send rows. */
final class ListenCopyIT {
  private static final String ROLE = "listen_copy_role";
  private static final byte[] COPY = query("COPY copied FROM STDIN");
  private static final byte[] TWO_COPIES = query("COPY copied FROM STDIN; COPY copied FROM STDIN");
  private static final byte[] ROW = copyData("1\n".getBytes(StandardCharsets.US_ASCII));

  @RegisterExtension private static final ListeningClients LISTENING = new ListeningClients(ROLE);

  @BeforeAll
  static void createTable() {
    LISTENING.server().execute("CREATE TABLE copied (a int)", "GRANT ALL ON copied TO " + ROLE);
  }

  @Test
  void aQueryAmongTheRowsEndsTheSessionAsServersDo() {
    WireClient client = listening();
    client.send(COPY);
    client.expect('G');
    client.send(ROW, query("SELECT 1"));
    isEnded(client);
  }

  @Test
  void aQueryInThePlaceOfTheRowsEndsTheSessionAsServersDo() {
    WireClient client = listening();
    client.send(COPY, query("SELECT 1"));
    client.expect('G');
    isEnded(client);
  }

  @Test
  void aQueryBehindRowsThatWereSentAheadWaitsForTheEndOfTheCopy() {
    WireClient client = listening();
    client.send(COPY, ROW, copyDone(), query("NOTIFY copying, 'behind it'"));
    assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("GCZ");
    assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("CAZ");
  }

  @Test
  void severalCopiesOfOneQueryAreEachFilled() {
    WireClient client = listening();
    client.send(TWO_COPIES);
    for (int i = 0; i < 2; i++) {
      client.expect('G');
      client.send(ROW, copyDone());
      client.expect('C');
    }
    client.expect('Z');
    assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
  }

  @Test
  void theRowsOfSeveralCopiesCanBeSentAhead() {
    WireClient client = listening();
    client.send(TWO_COPIES, ROW, copyDone(), ROW, copyDone(), query("NOTIFY copying, 'behind'"));
    assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("GCGCZ");
    assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("CAZ");
  }

  @Test
  void aQueryAmongTheRowsOfALaterCopyEndsTheSessionAsServersDo() {
    WireClient client = listening();
    client.send(TWO_COPIES, ROW, copyDone());
    client.expect('G');
    client.expect('C');
    client.expect('G');
    client.send(ROW, query("SELECT 1"));
    isEnded(client);
  }

  @Test
  void aQueryMayListenAndCopySeveralTimes() {
    WireClient client = LISTENING.client();
    client.send(
        query(
            "LISTEN copying; COPY copied FROM STDIN; COPY copied TO STDOUT; COPY copied FROM STDIN"));
    client.expect('C');
    client.expect('G');
    client.send(ROW, copyDone());
    client.expect('C');
    client.expect('H');
    client.receiveUntil('G');
    client.send(ROW, copyDone());
    client.expect('C');
    client.expect('Z');
    client.send(query("NOTIFY copying, 'heard'"));
    assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("CAZ");
  }

  @Test
  void itHearsWhatCameDuringTheCopy() {
    WireClient client = listening();
    client.send(COPY, ROW);
    client.expect('G');
    LISTENING.server().execute("NOTIFY copying, 'meanwhile'");
    client.send(copyDone());
    client.expect('C');
    assertThat(heard(client)).isEqualTo("copying meanwhile");
    client.expect('Z');
  }

  private static WireClient listening() {
    WireClient client = LISTENING.client();
    client.query("LISTEN copying");
    return client;
  }

  private static void isEnded(WireClient client) {
    assertThat(client.expectError().sqlState()).isEqualTo("08P01");
    client.expectFatal("08P01");
    await().until(() -> LISTENING.pool().idle() == LISTENING.pool().open());
  }
}
