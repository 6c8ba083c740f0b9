package dev.postern.api.intercept;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a session means by the names of its prepared statements, or of its portals. A name counts
 * for what it was given to when the server has said so, and before that for what is sent behind it
 * in the same {@link Pipeline#cycle cycle}, which the server skips if the name was not given. Of a
 * name of which it is not certain what the server makes of it, nothing is known.
 *
 * <p>SQL gives names as well, and takes them away: {@link NameChanges}. What functions and
 * procedures do cannot be seen.
 *
 * <p>For one session; used by one thread at a time, its event loop or who holds a lock.
 *
 * @param <V> what names stand for
 */
public final class SessionNames<V> {
  /** Servers compare no more of a name, in bytes (NAMEDATALEN). */
  static final int MAX_BYTES = 63;

  /** As many statements as pgjdbc keeps by itself. */
  private static final int MAX_CHANGING = 256;

  private static final char LAST_ASCII = 0x7F;

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
    private boolean changesNames;

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

    /** Whether it will not count, since SQL may have given or taken the name behind it. */
    public boolean isForgotten() {
      return key == null || epoch != names.epoch;
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

  /** What may stand for a text that changes what names stand for. */
  private final Set<String> changing = new HashSet<>();

  /** Whether any name may, since there are too many, or one of which nothing is known. */
  private boolean anyIsChanging;

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
   * A Parse was sent.
   *
   * @param cycle the {@link Pipeline#cycle} in which it was
   * @param changes of the text, which SQL can run by EXECUTE
   * @return is to be told what the server has made of it
   */
  public Given<V> give(String name, V value, long cycle, NameChanges changes) {
    Given<V> given = change(name, value, cycle);
    if (!changes.isNone() && !name.isEmpty()) {
      given.changesNames = true;
      addChanging(given.key);
    }
    return given;
  }

  private void addChanging(@Nullable String key) {
    if (key == null || changing.size() == MAX_CHANGING) {
      anyIsChanging = true;
    } else {
      changing.add(key);
    }
  }

  /** A Bind was sent; else like the other. */
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
    if (!given.changesNames && !underWay.containsKey(key)) {
      changing.remove(key);
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

  /**
   * Whether SQL that runs what has these names may change what names stand for.
   *
   * @param executed {@code null}: any
   */
  boolean areChanging(@Nullable Set<String> executed) {
    return executed == null
        ? anyIsChanging || !changing.isEmpty()
        : !executed.isEmpty() && (anyIsChanging || !Collections.disjoint(executed, changing));
  }

  /** Any name may have been given or taken: none that was sent before is known any more. */
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
   * @param which as much of them as the server looks at; {@code null}: all
   * @return what they stood for, as far as the server has confirmed it
   */
  List<V> forget(@Nullable Set<String> which) {
    if (which == null) {
      List<V> all = takeConfirmed();
      forgetAll();
      return all;
    }
    if (which.isEmpty()) {
      return List.of();
    }
    incomplete = true;
    List<V> gone = new ArrayList<>();
    boolean reached = false;
    for (String name : which) {
      V before = confirmed.remove(name);
      if (before != null) {
        weight -= weigher.applyAsInt(before);
        gone.add(before);
      }
      reached |= underWay.containsKey(name);
    }
    if (reached) {
      epoch++; // of a name that is under way twice, only the last is kept: this reaches both
    }
    return gone;
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
