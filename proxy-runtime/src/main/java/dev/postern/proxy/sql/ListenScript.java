package dev.postern.proxy.sql;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a text of SQL does to the channels that its client listens to, and to the transaction in
 * which that takes effect. The server gets UNLISTEN where the text has LISTEN: it checks and
 * answers that in the same way, and its session goes on listening to nothing.
 *
 * @param steps in order; each has a CommandComplete
 * @param insertions what the server gets besides the text, in order
 */
public record ListenScript(List<Step> steps, List<Insertion> insertions) {
  /** Longer names are cut by servers, in bytes. */
  private static final int MAX_NAME = 63;

  private static final String UN = "UN";

  /** A LISTEN with which the server cannot prepare the transaction, so that it ends there. */
  public static final String BAR = "LISTEN postern";

  /**
   * What stands before a keyword.
   *
   * @param at where that begins in the text
   * @param more ASCII
   */
  public record Insertion(int at, String more) {}

  /** A statement that matters. Names are as servers keep them, a char for each byte. */
  public sealed interface Step {
    record Listen(String channel) implements Step {}

    record Unlisten(String channel) implements Step {}

    record UnlistenAll() implements Step {}

    record Savepoint(String name) implements Step {}

    record Release(String name) implements Step {}

    record RollbackTo(String name) implements Step {}

    /** COMMIT or ROLLBACK: the server says which it was. */
    record End() implements Step {}

    /**
     * PREPARE TRANSACTION.
     *
     * @param at where it begins in the text
     */
    record Prepare(int at) implements Step {}

    /** {@link #BAR}, which is not the client's. */
    record Bar() implements Step {}
  }

  /**
   * Reads a text.
   *
   * @param text in the client's encoding; may be longer
   * @param escapes as for {@link SqlWords}
   * @param unicode whether client and server use UTF-8: only then are other names than those of
   *     ASCII characters known
   * @return {@code null} if it listens in a way that is not understood
   */
  public static @Nullable ListenScript of(
      byte[] text, int begin, int end, boolean escapes, boolean unicode) {
    SqlWords words = new SqlWords(text, begin, end, escapes);
    List<Step> steps = new ArrayList<>(1);
    List<Insertion> insertions = new ArrayList<>(1);
    while (!words.isLast()) {
      if (!words.next()) {
        continue;
      }
      if (words.is("listen")) {
        insertions.add(new Insertion(words.start() - begin, UN));
        String channel = channel(words, unicode);
        if (channel == null) {
          return null;
        }
        steps.add(new Step.Listen(channel));
      } else {
        Step step = other(words, begin);
        if (step != null) {
          steps.add(step);
        }
      }
      while (words.next()) {
        // to the next statement
      }
    }
    return new ListenScript(steps, insertions);
  }

  private static @Nullable String channel(SqlWords words, boolean unicode) {
    String name = words.name();
    if (name == null || name.length() > MAX_NAME || !words.isEndAhead()) {
      return null;
    }
    return unicode || name.chars().allMatch(c -> c < 0x80) ? name : null;
  }

  private static @Nullable Step other(SqlWords words, int begin) {
    return switch (words.word()) {
      case "prepare" -> preparesTransaction(words) ? new Step.Prepare(words.start() - begin) : null;
      case "unlisten" -> unlisten(words);
      case "savepoint" -> new Step.Savepoint(orNone(words.name()));
      case "release" -> new Step.Release(savepoint(words));
      case "rollback" -> rollback(words);
      case "abort", "end" -> new Step.End();
      case "commit" -> {
        if ("prepared".equals(words.name())) {
          yield null;
        }
        yield new Step.End();
      }
      default -> null;
    };
  }

  /** A statement can be called {@code transaction}, too; a literal is behind this one only. */
  private static boolean preparesTransaction(SqlWords words) {
    return "transaction".equals(words.name()) && words.isLiteralAhead();
  }

  private static Step unlisten(SqlWords words) {
    if (words.isAhead('*')) {
      return new Step.UnlistenAll();
    }
    return new Step.Unlisten(orNone(words.name()));
  }

  private static @Nullable Step rollback(SqlWords words) {
    String word = words.name();
    if ("work".equals(word) || "transaction".equals(word)) {
      word = words.name();
    }
    if ("to".equals(word)) {
      return new Step.RollbackTo(savepoint(words));
    }
    return "prepared".equals(word) ? null : new Step.End();
  }

  private static String savepoint(SqlWords words) {
    String name = words.name();
    return orNone("savepoint".equals(name) && !words.isEndAhead() ? words.name() : name);
  }

  /** No client can give a savepoint or a channel an empty name. */
  private static String orNone(@Nullable String name) {
    return name == null ? "" : name.substring(0, Math.min(MAX_NAME, name.length()));
  }

  public boolean listens() {
    return steps.stream().anyMatch(step -> step instanceof Step.Listen);
  }

  /** Whether it may prepare a transaction for a commit in two phases. */
  public boolean prepares() {
    return steps.stream().anyMatch(step -> step instanceof Step.Prepare);
  }

  /** The channels to listen to. */
  public List<String> channels() {
    List<String> channels = new ArrayList<>(1);
    for (Step step : steps) {
      if (step instanceof Step.Listen(String channel)) {
        channels.add(channel);
      }
    }
    return channels;
  }

  /**
   * The same so that no transaction is prepared which has listened: the server refuses that if it
   * has done it itself.
   *
   * @param before what the transaction has done so far
   */
  public ListenScript barred(Channels before) {
    Channels channels = new Channels(before);
    List<Step> all = new ArrayList<>();
    List<Insertion> more = new ArrayList<>(insertions);
    for (Step step : steps) {
      if (step instanceof Step.Prepare(int at) && !channels.canBePrepared()) {
        all.add(new Step.Bar());
        more.add(new Insertion(at, BAR + "; "));
      }
      all.add(step);
      channels.done(step);
    }
    more.sort(Comparator.comparingInt(Insertion::at));
    return new ListenScript(all, more);
  }

  /** Whether the server gets something else than the text. */
  public boolean isChanged() {
    return !insertions.isEmpty();
  }

  /** Of a message whose text this is, as the server gets it. */
  public int length(int length) {
    return length + insertions.stream().mapToInt(insertion -> insertion.more().length()).sum();
  }

  /** What the server gets. */
  public byte[] forServer(byte[] text, int begin, int end) {
    byte[] changed = new byte[length(end - begin)];
    int from = 0;
    int to = 0;
    for (Insertion insertion : insertions) {
      System.arraycopy(text, begin + from, changed, to, insertion.at() - from);
      to += insertion.at() - from;
      byte[] more = insertion.more().getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(more, 0, changed, to, more.length);
      to += more.length;
      from = insertion.at();
    }
    System.arraycopy(text, begin + from, changed, to, end - begin - from);
    return changed;
  }

  /** Of a Parse message behind the name, whose text has been understood before. */
  public static byte[] forServer(byte[] body) {
    ListenScript script = ofBody(body);
    return script == null ? body : script.forServer(body, 0, body.length);
  }

  /** Of a Parse message behind the name. */
  public static @Nullable ListenScript ofBody(byte[] body) {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return of(body, 0, end, false, true); // literals are not in what is prepared and matters here
  }

  /** For people. */
  public static String readable(String channel) {
    return new String(channel.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
