package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.NotificationResponse;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a dedicated relay forwards where nobody looks, and what it counts. */
final class RelayTest {
  private final RelayFixture session = new RelayFixture();

  @AfterEach
  void close() {
    session.close();
  }

  @Test
  void forwardsBytesThatAreNoMessagesWhereNobodyLooks() {
    session.start();
    session.client.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 1, 2, 3, 4, 5, 6, 7}));
    assertThat(ByteBufUtil.getBytes(RelayFixture.sent(session.backend)))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void readsNothingForAClientThatIsFullWhenTheRelayBegins() {
    session.client.write(Unpooled.buffer().writeZero(100_000));
    session.start();
    assertThat(session.backend.config().isAutoRead()).isFalse();
    session.client.flush();
    assertThat(session.backend.config().isAutoRead()).isTrue();
  }

  @Test
  void countsPipelinedRequestsOneByOneWhereItMatters() {
    session.start(true);
    session.clientSends(new Query("a"), new Query("b"));
    session.backendSends(new CommandComplete("SELECT 1"), RelayFixture.READY);
    assertThat(session.progress().busy()).isTrue();
    session.backendSends(new CommandComplete("SELECT 1"), RelayFixture.READY);
    assertThat(session.progress().busy()).isFalse();
  }

  @Test
  void countsThemInBytesThatNobodyCuts() {
    session.start();
    ByteBuf requests = RelayFixture.frontend(new Query("a"), new Query("b"), new Query("c"));
    while (requests.isReadable()) {
      session.client.writeInbound(requests.readBytes(1));
    }
    ReadyForQuery open = new ReadyForQuery(TransactionStatus.IN_TRANSACTION);
    session.backendSends(new CommandComplete("SELECT 1"), RelayFixture.READY, open);
    assertThat(session.progress().busy()).isTrue();
    assertThat(session.progress().transactionStatus()).isEqualTo((byte) 'T');
    ByteBuf last = RelayFixture.backend(new CommandComplete("SELECT 1"), RelayFixture.READY);
    session.backend.writeInbound(last.readBytes(last.readableBytes() - 3));
    assertThat(session.progress().busy()).isTrue();
    session.backend.writeInbound(last);
    assertThat(session.progress().busy()).isFalse();
    assertThat(session.progress().transactionStatus()).isEqualTo((byte) 'I');
    requests.release();
  }

  @Test
  void countsThemWhereverAReadEnds() {
    session.start();
    ByteBuf requests =
        RelayFixture.frontend(new Query("a"), new Execute("", 0), new Sync(), new Query("b"));
    ByteBuf answers =
        RelayFixture.backend(
            new CommandComplete("SELECT 1"),
            RelayFixture.READY,
            RelayFixture.READY,
            new CommandComplete("SELECT 2"),
            RelayFixture.READY);
    for (int asked = 1; asked < requests.readableBytes(); asked++) {
      for (int told = 1; told < answers.readableBytes(); told++) {
        ByteBuf request = requests.copy();
        session.client.writeInbound(request.readRetainedSlice(asked), request);
        ByteBuf answer = answers.copy();
        session.backend.writeInbound(answer.readRetainedSlice(told));
        assertThat(session.progress().busy()).isTrue();
        session.backend.writeInbound(answer);
        assertThat(session.progress().busy()).isFalse();
      }
    }
    requests.release();
    answers.release();
  }

  @Test
  void isIdleBehindANotificationToo() {
    session.start();
    session.clientSends(new Query("a"));
    session.backendSends(
        new CommandComplete("SELECT 1"),
        RelayFixture.READY,
        new NotificationResponse(1, "channel", "payload"));
    assertThat(session.progress().busy()).isFalse();
  }

  @Test
  void countsNoSyncBeforeRowsThatNobodyCuts() {
    session.start();
    session.clientSends(new Execute("", 0), new Sync());
    session.clientSends(new CopyData(Bytes.utf8("row")));
    assertThat(session.progress().busy()).isTrue();
    session.clientSends(new CopyDone(), new Sync());
    session.backendSends(new CommandComplete("COPY 1"));
    assertThat(session.progress().busy()).isTrue();
    session.backendSends(RelayFixture.READY);
    assertThat(session.progress().busy()).isFalse();
  }

  @Test
  void countsNoSyncThatACopySwallows() {
    session.start(true);
    session.clientSends(new Execute("", 0), new Sync());
    session.backendSends(new CopyInResponse(Format.TEXT, List.of()));
    assertThat(session.progress().busy()).isTrue();
    session.clientSends(new CopyData(Bytes.utf8("row")), new CopyDone(), new Sync());
    session.backendSends(new CommandComplete("COPY 1"));
    assertThat(session.progress().busy()).isTrue();
    session.backendSends(RelayFixture.READY);
    assertThat(session.progress().busy()).isFalse();
  }
}
