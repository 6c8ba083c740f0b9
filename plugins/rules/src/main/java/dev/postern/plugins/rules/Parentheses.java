package dev.postern.plugins.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * The structure of an expression, while it is translated: which groups there are, and where. What
 * Java and PostgreSQL make of it differently is refused.
 */
final class Parentheses {
  /** The innermost first; the last one is the whole expression. */
  private final Deque<Parenthesis> open = new ArrayDeque<>();

  /** Those around the first group from the outside in, and itself. */
  private List<Parenthesis> aroundFirst = List.of();

  private final BitSet closedGroups = new BitSet();

  /** Groups that stand in something that is repeated. */
  private final BitSet repeatedGroups = new BitSet();

  /** Groups of branches that have ended. */
  private final BitSet branchedGroups = new BitSet();

  private int groups;
  private int references;
  private int constraints;
  private boolean lazy;

  /** Before that which a repetition would repeat. */
  private Parenthesis.Counts beforeAtom = counts();

  Parentheses() {
    open.push(new Parenthesis(0, 0, 0, false, false, counts()));
  }

  private Parenthesis.Counts counts() {
    return new Parenthesis.Counts(groups, references, constraints);
  }

  int groups() {
    return groups;
  }

  void atom() {
    beforeAtom = counts();
  }

  void constraint() {
    constraints++;
  }

  void bar(int place) {
    endBranch(open.getFirst());
    open.getFirst().bars.add(place);
  }

  private void endBranch(Parenthesis around) {
    int own = around.number > 0 ? 1 : 0;
    branchedGroups.set(around.before.groups() + own + 1, groups + 1);
  }

  /**
   * One is opened.
   *
   * @param kind what follows the parenthesis; empty for a group that would capture
   * @return whether it captures
   */
  boolean open(int place, String kind) {
    Parenthesis.Counts before = counts();
    boolean constraint = !kind.isEmpty() && !kind.equals("?:");
    boolean looks = constraint || open.getFirst().looks;
    boolean captures = kind.isEmpty() && !looks;
    if (constraint) {
      constraints++;
    }
    if (captures) {
      groups++;
    }
    open.push(
        new Parenthesis(
            place, place + 1 + kind.length(), captures ? groups : 0, constraint, looks, before));
    if (captures && groups == 1) {
      aroundFirst = new ArrayList<>(open).reversed();
    }
    return captures;
  }

  /** Returns whether what it closes may be repeated. */
  boolean close(int place) {
    if (open.size() == 1) {
      throw new IllegalArgumentException("parentheses () not balanced");
    }
    Parenthesis closed = open.pop();
    closed.end = place;
    if (!closed.bars.isEmpty()) {
      endBranch(closed);
    }
    if (closed.number > 0) {
      closedGroups.set(closed.number);
    }
    beforeAtom = closed.before;
    return !closed.constraint;
  }

  void end(int place) {
    if (open.size() > 1) {
      throw new IllegalArgumentException("parentheses () not balanced");
    }
    open.getFirst().end = place;
  }

  void reference(int group) {
    if (!closedGroups.get(group)) {
      throw new IllegalArgumentException("a reference to a group that is not there");
    }
    if (open.getFirst().looks) {
      throw new IllegalArgumentException("a reference to a group within a constraint");
    }
    // PostgreSQL forgets what a group holds when a repetition begins anew, and Java does not.
    if (repeatedGroups.get(group)) {
      throw new IllegalArgumentException("a reference to a group that is repeated");
    }
    // It may take no part, which PostgreSQL sees otherwise.
    if (branchedGroups.get(group)) {
      throw new IllegalArgumentException("a reference to a group of another branch");
    }
    atom();
    references++;
  }

  /**
   * What came last is repeated.
   *
   * @param least how often it has to be there
   */
  void repeat(int least, boolean asFewAsPossible) {
    lazy |= asFewAsPossible;
    // To Java none of a group that takes no part is a match, and to PostgreSQL it is none.
    if (references > beforeAtom.references()) {
      throw new IllegalArgumentException("a reference to a group, repeated");
    }
    // Java leaves a repetition where one was empty, and does not count the others.
    if (least > 1 && constraints > beforeAtom.constraints()) {
      throw new IllegalArgumentException("a constraint that is repeated {" + least + "} times");
    }
    repeatedGroups.set(beforeAtom.groups() + 1, groups + 1);
  }

  /**
   * See {@link ExpressionReader#aroundFirstGroup()}.
   *
   * @param translation all of it
   */
  List<FirstGroup.Level> aroundFirstGroup(CharSequence translation) {
    if (lazy) {
      throw new IllegalArgumentException(
          "\\1 of an expression with *?, +?, ?? or {}? is not supported (expected: characters that"
              + " end the group, such as [^@]* for .*?)");
    }
    if (references > 0) {
      throw new IllegalArgumentException(
          "\\1 of an expression that refers to its groups itself is not supported");
    }
    if (repeatedGroups.get(1)) {
      throw new IllegalArgumentException(
          "\\1 is of a group that is repeated, or part of something that is (expected: the"
              + " repetition within the group, such as ([a-z]+) for ([a-z])+)");
    }
    List<FirstGroup.Level> levels = new ArrayList<>();
    for (int i = 0; i + 1 < aroundFirst.size(); i++) {
      levels.add(aroundFirst.get(i).level(aroundFirst.get(i + 1), translation));
    }
    return levels;
  }
}
