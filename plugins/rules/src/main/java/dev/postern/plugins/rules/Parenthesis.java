package dev.postern.plugins.rules;

import java.util.ArrayList;
import java.util.List;

/** One pair of an expression, or the whole expression. Places are those of the translation. */
final class Parenthesis {
  final int opened;
  final int content;

  /** Where the bars are that part its branches. */
  final List<Integer> bars = new ArrayList<>();

  /** Where the content ends; once it is closed. */
  int end;

  /** Of the group, 1 or more; 0 where it captures nothing. */
  final int number;

  /** Whether it looks ahead or behind. */
  final boolean constraint;

  /** Whether it does, or is within one that does. */
  final boolean looks;

  /** What there is in front of it. */
  final Counts before;

  /** How many there are up to some place. */
  record Counts(int groups, int references, int constraints) {}

  Parenthesis(
      int opened, int content, int number, boolean constraint, boolean looks, Counts before) {
    this.opened = opened;
    this.content = content;
    this.number = number;
    this.constraint = constraint;
    this.looks = looks;
    this.before = before;
  }

  /** The branch that one directly within is part of, and those in front of it. */
  FirstGroup.Level level(Parenthesis inner, CharSequence translation) {
    int from = content;
    int to = end;
    for (int bar : bars) {
      if (bar < inner.opened) {
        from = bar + 1;
      } else {
        to = bar;
        break;
      }
    }
    return FirstGroup.Level.of(
        from == content ? null : translation.subSequence(content, from - 1).toString(),
        translation.subSequence(from, inner.opened).toString(),
        translation.subSequence(inner.opened, inner.end + 1).toString(),
        translation.subSequence(inner.end + 1, to).toString());
  }
}
