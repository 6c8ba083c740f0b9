package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
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
