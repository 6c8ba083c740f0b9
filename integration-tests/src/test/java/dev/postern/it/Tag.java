package dev.postern.it;

import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Marks a question of a session, so that its answer is known; with a sum, so that a bit that was
 * changed on the way makes no other tag of it.
 */
record Tag(int session, int number) {
  private static final Pattern FORM = Pattern.compile("t([0-9a-f]{8})-([0-9]{1,6})-([0-9a-f]{8})");

  @Override
  public String toString() {
    return "t%08x-%d-%08x".formatted(session, number, sum(session, number));
  }

  private static int sum(int session, int number) {
    return (session * 31 + number) * 0x9e3779b9;
  }

  /** Those in some bytes, in their order. */
  static List<Tag> in(byte[] bytes) {
    return FORM.matcher(new String(bytes, StandardCharsets.ISO_8859_1))
        .results()
        .map(Tag::of)
        .filter(tag -> tag != null)
        .toList();
  }

  @SuppressWarnings("NullAway") // filtered out at once
  private static Tag of(MatchResult found) {
    Tag tag =
        new Tag(Integer.parseUnsignedInt(found.group(1), 16), Integer.parseInt(found.group(2)));
    return tag.toString().equals(found.group()) ? tag : null;
  }

  /** Those that answers hold: rows, COPY data, and what functions gave. */
  static List<Tag> in(List<WireMessage> answers) {
    List<Tag> tags = new ArrayList<>();
    for (WireMessage answer : answers) {
      if ("DdV".indexOf(answer.type()) >= 0) {
        tags.addAll(in(answer.body().toByteArray()));
      }
    }
    return tags;
  }

  /** Whether these are some of those, in the same order. */
  static boolean isPartOf(List<Tag> some, List<Tag> all) {
    int at = 0;
    for (Tag tag : all) {
      if (at < some.size() && some.get(at).equals(tag)) {
        at++;
      }
    }
    return at == some.size();
  }
}
