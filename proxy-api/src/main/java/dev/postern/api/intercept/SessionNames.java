package dev.postern.api.intercept;

import dev.postern.api.message.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a session means by the names of its prepared statements, or of its portals. A name counts
 * for what it was given to when the server has said so, and before that for what is sent behind it
 * in the same {@link Pipeline#cycle cycle}, which the server skips if the name was not given. Of a
 * name of which it is not certain what the server makes of it, nothing is known.
 *
 * <p>SQL gives names as well: PREPARE, DECLARE and what takes names away ({@link #mayChange}). What
 * functions and procedures do cannot be seen.
 *
 * <p>For one session; used by one thread at a time, its event loop or who holds a lock.
 *
 * @param <V> what names stand for
 */
public final class SessionNames<V> {
  /** Servers compare no more of a name, in bytes (NAMEDATALEN). */
  private static final int MAX_BYTES = 63;

  private static final char LAST_ASCII = 0x7F;

  private static final String TRANSACTION = "transaction";

  // What a DO says is put together when it runs, and may be any of the others.
  private static final String[] NAMING_STATEMENTS = {"prepare", "deallocate", "discard", "do"};
  private static final String[] NAMING_PORTALS = {"declare", "close", "discard", "do"};

  /**
   * A name that was given or taken, and of which the server has not said whether it did. Used as
   * its names are.
   */
  public static final class Given<V> {
    private final SessionNames<V> names;
    private final @Nullable String key;
    private final @Nullable V value;
    private final long cycle;
    private final int epoch;
    private final boolean sure;

    private Given(
        SessionNames<V> names, @Nullable String key, @Nullable V value, long cycle, boolean sure) {
      this.names = names;
      this.key = key;
      this.value = value;
      this.cycle = cycle;
      this.epoch = names.epoch;
      this.sure = sure;
    }

    /** What the name is given to; {@code null}: it is taken. */
    public @Nullable V value() {
      return value;
    }

    /**
     * The server has done it.
     *
     * @return what the name stood for before
     */
    public @Nullable V confirmed() {
      return names.confirmed(this);
    }

    /** The server has refused or skipped it. */
    public void failed() {
      names.failed(this);
    }
  }

  private final int maxNames;
  private final int maxWeight;
  private final ToIntFunction<? super V> weigher;
  private final BiConsumer<? super String, ? super V> forgotten;
  private final Map<String, V> confirmed = new LinkedHashMap<>();
  private final Map<String, Given<V>> underWay = new HashMap<>();
  private long weight;

  // The name "", which nearly all clients use, stands beside the maps: it costs no entries.
  private @Nullable V unnamed;
  private @Nullable Given<V> unnamedUnderWay;

  /** How often SQL may have changed all names. */
  private int epoch;

  /** Whether the server may have names that are not known here. */
  private boolean incomplete;

  /**
   * @param maxNames how many names are kept, beside the empty one
   * @param maxWeight of all that these stand for
   * @param weigher the weight of one
   * @param forgotten is told of names that were dropped, the oldest first, because there are too
   *     many
   */
  public SessionNames(
      int maxNames,
      int maxWeight,
      ToIntFunction<? super V> weigher,
      BiConsumer<? super String, ? super V> forgotten) {
    this.maxNames = maxNames;
    this.maxWeight = maxWeight;
    this.weigher = weigher;
    this.forgotten = forgotten;
  }

  /**
   * @param maxNames how many names are kept, beside the empty one; then the oldest are forgotten
   */
  public SessionNames(int maxNames) {
    this(maxNames, Integer.MAX_VALUE, value -> 0, (name, value) -> {});
  }

  /**
   * Whether a text may give or take names by SQL, as its words tell; if so, {@link #forgetAll} when
   * it is executed.
   */
  public static boolean mayChange(String sql) {
    return mayChange(sql, Target.STATEMENT) || mayChange(sql, Target.PORTAL);
  }

  /**
   * The same for names of one kind: PREPARE gives none to portals, and DECLARE none to statements.
   */
  public static boolean mayChange(String sql, Target target) {
    String[] naming = target == Target.STATEMENT ? NAMING_STATEMENTS : NAMING_PORTALS;
    int begin = behindSpace(sql, 0);
    if (begin < sql.length() && isLetter(sql.charAt(begin)) && isSingle(sql, begin)) {
      return isNamingAt(sql, begin, naming);
    }
    for (int i = begin; i < sql.length(); i++) {
      if ((i == begin || maySeparate(sql.charAt(i - 1))) && isNamingAt(sql, i, naming)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSingle(String sql, int begin) {
    int semicolon = sql.indexOf(';', begin);
    for (int i = semicolon + 1; semicolon >= 0 && i < sql.length(); i++) {
      if (sql.charAt(i) > ' ') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** What can stand before the first word of a statement; a slash ends a comment. */
  private static boolean maySeparate(char c) {
    return c <= ' ' || c == ';' || c == '/';
  }

  private static boolean isNamingAt(String sql, int at, String[] naming) {
    int first = sql.charAt(at) | 0x20;
    if (first != 'p' && first != 'd' && first != 'c') {
      return false;
    }
    for (String word : naming) {
      int end = at + word.length();
      if (sql.regionMatches(true, at, word, 0, word.length())
          && (end == sql.length() || !isPartOfWord(sql.charAt(end)))) {
        return !isTwoPhaseCommit(sql, end);
      }
    }
    return false;
  }

  private static boolean isPartOfWord(char c) {
    return isLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '$' || c > LAST_ASCII;
  }

  /** Whether TRANSACTION and a text follow, and not the name {@code transaction}. */
  private static boolean isTwoPhaseCommit(String sql, int behind) {
    int word = behindSpace(sql, behind);
    return word > behind
        && sql.regionMatches(true, word, TRANSACTION, 0, TRANSACTION.length())
        && sql.startsWith("'", behindSpace(sql, word + TRANSACTION.length()));
  }

  private static int behindSpace(String sql, int from) {
    int at = from;
    while (at < sql.length() && sql.charAt(at) <= ' ') {
      at++;
    }
    return at;
  }

  /**
   * A Parse or Bind that gives a name was sent.
   *
   * @param cycle the {@link Pipeline#cycle} in which it was
   * @return is to be told what the server has made of it
   */
  public Given<V> give(String name, V value, long cycle) {
    return change(name, value, cycle);
  }

  /** A Close was sent; else like {@link #give}. */
  public Given<V> take(String name, long cycle) {
    return change(name, null, cycle);
  }

  private Given<V> change(String name, @Nullable V value, long cycle) {
    String key = key(name);
    if (key == null) {
      return new Given<>(this, null, value, cycle, false);
    }
    if (key.isEmpty()) {
      boolean free = !incomplete && unnamed == null && unnamedUnderWay == null;
      Given<V> given = new Given<>(this, key, value, cycle, free);
      unnamedUnderWay = given;
      return given;
    }
    boolean free = !incomplete && !confirmed.containsKey(key) && !underWay.containsKey(key);
    Given<V> given = new Given<>(this, key, value, cycle, free);
    underWay.put(key, given);
    return given;
  }

  private @Nullable V confirmed(Given<V> given) {
    String key = given.key;
    if (key == null) {
      return null;
    }
    failed(given);
    if (key.isEmpty()) {
      V before = unnamed;
      unnamed = given.epoch == epoch ? given.value : null;
      return before;
    }
    V before = confirmed.remove(key);
    if (before != null) {
      weight -= weigher.applyAsInt(before);
    }
    if (given.value != null && given.epoch == epoch) {
      confirmed.put(key, given.value);
      weight += weigher.applyAsInt(given.value);
      dropTheOldest();
    }
    return before;
  }

  private void dropTheOldest() {
    while (confirmed.size() > maxNames || (weight > maxWeight && confirmed.size() > 1)) {
      Iterator<Map.Entry<String, V>> oldest = confirmed.entrySet().iterator();
      Map.Entry<String, V> dropped = oldest.next();
      oldest.remove();
      weight -= weigher.applyAsInt(dropped.getValue());
      incomplete = true;
      forgotten.accept(dropped.getKey(), dropped.getValue());
    }
  }

  private void failed(Given<V> given) {
    if (given == unnamedUnderWay) {
      unnamedUnderWay = null;
    } else if (given.key != null && !given.key.isEmpty()) {
      underWay.remove(given.key, given);
    }
  }

  /**
   * What a name stands for.
   *
   * @param cycle the {@link Pipeline#cycle} of what asks
   * @return {@code null} if it is not known for certain, or stands for nothing
   */
  public @Nullable V get(String name, long cycle) {
    String key = key(name);
    if (key == null) {
      return null;
    }
    Given<V> given = key.isEmpty() ? unnamedUnderWay : underWay.get(key);
    if (given == null) {
      return key.isEmpty() ? unnamed : confirmed.get(key);
    }
    return given.epoch == epoch && (given.cycle == cycle || given.sure) ? given.value : null;
  }

  /** Whether no name stands for anything, and none is being given or taken. */
  public boolean isEmpty() {
    return unnamed == null && unnamedUnderWay == null && confirmed.isEmpty() && underWay.isEmpty();
  }

  /**
   * As much of a name as the server looks at; {@code null} if it is not certain what that is, since
   * the client's encoding says what letters beyond ASCII are.
   */
  private static @Nullable String key(String name) {
    int length = Math.min(name.length(), MAX_BYTES);
    for (int i = 0; i < length; i++) {
      if (name.charAt(i) > LAST_ASCII) {
        return null;
      }
    }
    return length == name.length() ? name : name.substring(0, length);
  }

  /** SQL may have given or taken any name: none that was sent before is known any more. */
  public void forgetAll() {
    incomplete = true;
    unnamed = null;
    confirmed.clear();
    weight = 0;
    epoch++;
  }

  /**
   * SQL may have given or taken some names: none of them that was sent before is known any more.
   * Others that are under way may be forgotten as well. The empty name is never one of SQL's.
   *
   * @param which is asked for names, as much of them as the server looks at
   */
  public void forget(Predicate<? super String> which) {
    incomplete = true;
    confirmed.entrySet().removeIf(entry -> which.test(entry.getKey()) && loseWeight(entry));
    // Of a name that is under way twice, only the last is kept: the epoch reaches both.
    for (String name : underWay.keySet()) {
      if (which.test(name)) {
        epoch++;
        return;
      }
    }
  }

  private boolean loseWeight(Map.Entry<String, V> removed) {
    weight -= weigher.applyAsInt(removed.getValue());
    return true;
  }

  /**
   * Takes away the names that the server has confirmed; of portals when no transaction is open any
   * more.
   *
   * @return what they stood for
   */
  public List<V> takeConfirmed() {
    V first = unnamed;
    unnamed = null;
    if (confirmed.isEmpty()) {
      return first == null ? List.of() : List.of(first);
    }
    List<V> taken = new ArrayList<>(confirmed.size() + 1);
    if (first != null) {
      taken.add(first);
    }
    taken.addAll(confirmed.values());
    confirmed.clear();
    weight = 0;
    return taken;
  }
}
