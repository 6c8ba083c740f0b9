package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.Describe;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.api.message.Target;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Refuses messages in their turn. In place of a refused message the backend gets one that it
 * refuses itself, because it names something that cannot exist; its ErrorResponse, known by that
 * name, is replaced by ours. So the backend keeps the order of answers, fails the transaction block
 * and skips to Sync as it would for any error, in pipelines and COPY as well.
 */
final class Rejections {
  /** More than the buffers between here and a server hold of what it gets in their place. */
  static final int MAX_OUTSTANDING = 100_000;

  /** What may wait of sentences for the client, in characters. */
  static final int MAX_CHARACTERS = 16 * 1024 * 1024;

  private static final int FEW = 100;

  private record Refusal(SqlState sqlState, String message) {}

  private final String prefix =
      "postern_rejected_" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + "_";
  private final boolean physicalReplication;

  /** Those that the backend may yet come to, with numbers one behind the other. */
  private Deque<Refusal> outstanding = new ArrayDeque<>(0);

  /** The number of the eldest. */
  private long eldest;

  private long characters;

  /** Whether there were so many that their place is not to be kept. */
  private boolean many;

  /**
   * @param physicalReplication whether the server knows no SQL: it then says so of any Query that
   *     is no command of replication, and does not quote it
   */
  Rejections(boolean physicalReplication) {
    this.physicalReplication = physicalReplication;
  }

  /** Whether so many wait for the backend that no more can be refused. */
  boolean isFull() {
    return outstanding.size() >= MAX_OUTSTANDING || characters >= MAX_CHARACTERS;
  }

  /**
   * Refuses a message.
   *
   * @param type the refused message's type byte
   * @return what the backend gets in its place
   */
  FrontendMessage reject(byte type, SqlState sqlState, String message) {
    String name = prefix + (eldest + outstanding.size()) + "_";
    outstanding.add(new Refusal(sqlState, message));
    characters += message.length();
    many |= outstanding.size() > FEW;
    return switch (type) {
      case 'Q', 'F' -> new Query(physicalReplication ? "SHOW " + name : name);
      case 'd', 'c', 'f' -> new CopyFail(name);
      default -> new Describe(Target.STATEMENT, name);
    };
  }

  /**
   * Our error, if this answers what stood for a refused message; else {@code null}. What was
   * refused before that was skipped.
   */
  @Nullable ErrorResponse answerTo(ErrorResponse error) {
    long number = outstanding.isEmpty() ? -1 : numberIn(error.message());
    if (number < eldest || number >= eldest + outstanding.size()) {
      return null;
    }
    while (eldest < number) {
      remove();
    }
    Refusal refusal = remove();
    if (outstanding.isEmpty()) {
      forgetAll();
    }
    return ErrorResponse.error(refusal.sqlState(), refusal.message());
  }

  private Refusal remove() {
    Refusal refusal = outstanding.remove();
    eldest++;
    characters -= refusal.message().length();
    return refusal;
  }

  /** The number of the name in a server's sentence; -1 if there is none. */
  private long numberIn(String text) {
    int start = text.indexOf(prefix);
    if (start < 0) {
      return -1;
    }
    int end = text.indexOf('_', start + prefix.length());
    try {
      return end < 0 ? -1 : Long.parseLong(text, start + prefix.length(), end, 10);
    } catch (NumberFormatException e) {
      return -1; // the server has cut it
    }
  }

  /** The backend has answered or skipped all that it was sent. */
  void forgetAll() {
    eldest += outstanding.size();
    characters = 0;
    outstanding.clear();
    if (many) {
      outstanding = new ArrayDeque<>(0);
      many = false;
    }
  }
}
