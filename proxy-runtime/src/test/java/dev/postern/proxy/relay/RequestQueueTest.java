package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestQueueTest {
  private final RequestQueue queue = new RequestQueue();

  @Test
  void givesRequestsBackInTheOrderInWhichTheyCame() {
    for (int i = 0; i < 1000; i++) {
      queue.add(RequestQueue.PARSE, i);
      if (i % 3 == 0) {
        queue.remove();
      }
    }
    List<Object> rest = new ArrayList<>();
    while (!queue.isEmpty()) {
      rest.add(queue.firstStatement());
      queue.remove();
    }
    assertThat(rest).hasSize(666).startsWith(334, 335).endsWith(998, 999);
  }

  @Test
  void countsWhatReadyForQueryEnds() {
    queue.add(RequestQueue.PARSE, null);
    queue.add(RequestQueue.SYNC, null);
    queue.add(RequestQueue.QUERY | RequestQueue.OWN, null);
    assertThat(queue.cycles()).isEqualTo(2);
    queue.remove();
    queue.remove();
    assertThat(queue.cycles()).isEqualTo(1);
    assertThat((byte) queue.first()).isEqualTo(RequestQueue.QUERY);
  }

  @Test
  void removesTheSyncsThatACopyIgnoresAndNoOthers() {
    queue.add(RequestQueue.EXECUTE, "copy");
    queue.add(RequestQueue.SYNC, null);
    queue.add(RequestQueue.SYNC, null);
    queue.add(RequestQueue.COPY_END, null);
    queue.add(RequestQueue.SYNC, null);
    assertThat(queue.removeSyncsBehindFirst()).isEqualTo(2);
    assertThat(queue.cycles()).isEqualTo(1);
    assertThat((byte) queue.first()).isEqualTo(RequestQueue.EXECUTE);
    assertThat(queue.firstStatement()).isEqualTo("copy");
    queue.removeFirst(RequestQueue.COPY_END);
    queue.remove();
    assertThat((byte) queue.first()).isEqualTo(RequestQueue.SYNC);
    queue.remove();
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void keepsTheSyncsBehindAnotherRequest() {
    queue.add(RequestQueue.EXECUTE, null);
    queue.add(RequestQueue.SYNC, null);
    queue.add(RequestQueue.PARSE, null);
    queue.add(RequestQueue.SYNC, null);
    assertThat(queue.removeSyncsBehindFirst()).isEqualTo(1);
    assertThat(queue.cycles()).isEqualTo(1);
  }

  @Test
  void removesTheEldestOfAKindFromTheMiddle() {
    queue.add(RequestQueue.QUERY, "first");
    queue.add(RequestQueue.COPY_END, null);
    queue.add(RequestQueue.COPY_END, null);
    queue.add(RequestQueue.QUERY, "second");
    queue.removeFirst(RequestQueue.COPY_END);
    assertThat(queue.firstStatement()).isEqualTo("first");
    queue.removeFirst(RequestQueue.COPY_END);
    queue.removeFirst(RequestQueue.COPY_END);
    assertThat(queue.firstStatement()).isEqualTo("first");
    queue.remove();
    assertThat(queue.firstStatement()).isEqualTo("second");
    assertThat(queue.cycles()).isEqualTo(1);
  }

  @Test
  void removesTheEndsOfRowsThatNoCopyWaitsFor() {
    queue.add(RequestQueue.EXECUTE, null);
    queue.add(RequestQueue.COPY_END, null);
    queue.add(RequestQueue.COPY_END, null);
    queue.add(RequestQueue.PARSE, "behind");
    queue.remove();
    assertThat(queue.firstStatement()).isEqualTo("behind");
  }

  @Test
  void isEmptyAndUsableAfterATrim() {
    for (int i = 0; i < 100; i++) {
      queue.add(RequestQueue.SYNC, null);
    }
    while (!queue.isEmpty()) {
      queue.remove();
    }
    queue.trim();
    assertThat(queue.first()).isZero();
    queue.add(RequestQueue.QUERY, "again");
    assertThat(queue.firstStatement()).isEqualTo("again");
  }
}
