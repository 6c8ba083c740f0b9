package dev.postern.it.pooling;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes numbers, each in a transaction, in one way or another, and notes which of them the server
 * has acknowledged. When its connection ends it comes back.
 */
final class LedgerClient implements Runnable {
  /** What all clients have written together. */
  static final class Book {
    final Queue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
    final Queue<String> faults = new ConcurrentLinkedQueue<>();
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger interrupted = new AtomicInteger();

    /** In the time of System.nanoTime. */
    final AtomicLong lastAcknowledged = new AtomicLong();

    volatile boolean closed;
  }

  private enum Outcome {
    DONE,
    FAILED,
    /** And the connection with it. */
    OVER
  }

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Way way;
  private final Book book;
  private final Random random;

  LedgerClient(Way way, Book book, Random random) {
    this.way = way;
    this.book = book;
    this.random = random;
  }

  @Override
  public void run() {
    while (!book.closed) {
      WireClient client = login();
      if (client == null) {
        LockSupport.parkNanos(PAUSE.toNanos());
        continue;
      }
      try (client) {
        client.patience(Duration.ofSeconds(40));
        while (!book.closed && write(client)) {
          // until the connection is over
        }
      } catch (RuntimeException | AssertionError e) {
        book.faults.add(e.toString());
      }
    }
  }

  private @Nullable WireClient login() {
    try {
      return way.wire();
    } catch (RuntimeException | AssertionError e) {
      return null; // the server is away
    }
  }

  /** Whether the connection goes on. */
  private boolean write(WireClient client) {
    int number = book.next.incrementAndGet();
    String insert = "INSERT INTO ledger VALUES (%d)".formatted(number);
    List<byte[]> requests =
        switch (random.nextInt(4)) {
          case 0 -> List.of(FrontendPackets.query(insert));
          case 1 ->
              List.of(
                  FrontendPackets.query("BEGIN"),
                  FrontendPackets.query(insert),
                  FrontendPackets.query("COMMIT"));
          case 2 -> List.of(piped(insert));
          default -> List.of(FrontendPackets.query("BEGIN; " + insert), piped("COMMIT"));
        };
    for (byte[] request : requests) {
      switch (ask(client, request, "a request for " + number)) {
        case DONE -> {}
        case FAILED -> {
          return ask(client, FrontendPackets.query("ROLLBACK"), "ROLLBACK") != Outcome.OVER;
        }
        case OVER -> {
          return false;
        }
      }
    }
    book.acknowledged.add(number);
    book.lastAcknowledged.set(System.nanoTime());
    return true;
  }

  /** What is asked ends with one answer, or one error. */
  private Outcome ask(WireClient client, byte[] request, String what) {
    List<WireMessage> errors = new ArrayList<>();
    boolean rolledBack = false;
    try {
      send(client, request);
      while (true) {
        WireMessage message = client.receive();
        switch (message.type()) {
          case 'E' -> errors.add(message);
          case 'C' -> rolledBack |= message.strings(0).getFirst().equals("ROLLBACK");
          case 'Z' -> {
            if (errors.isEmpty()) {
              return rolledBack ? Outcome.FAILED : Outcome.DONE;
            }
            interrupted(what, errors);
            return Outcome.FAILED;
          }
          default -> {}
        }
      }
    } catch (UncheckedIOException | AssertionError e) {
      boolean ended =
          e instanceof UncheckedIOException
              || String.valueOf(e.getMessage()).startsWith("the connection ended");
      if (!ended) {
        throw e;
      }
      interrupted(what + " " + e + e.getCause(), errors);
      return Outcome.OVER;
    }
  }

  /** To a connection that has ended one cannot send, but still read why. */
  private static void send(WireClient client, byte[] request) {
    try {
      client.send(request);
    } catch (UncheckedIOException e) {
      if (client.isAtEnd()) {
        throw e;
      }
    }
  }

  private void interrupted(String what, List<WireMessage> errors) {
    book.interrupted.incrementAndGet();
    if (errors.size() != 1) {
      book.faults.add("%s ended with %s".formatted(what, errors));
    }
  }

  private static byte[] piped(String sql) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(FrontendPackets.parse("", sql));
    all.writeBytes(FrontendPackets.bind("", ""));
    all.writeBytes(FrontendPackets.execute("", 0));
    all.writeBytes(FrontendPackets.sync());
    return all.toByteArray();
  }
}
