package dev.postern.plugins.mask;

import dev.postern.api.message.FieldDescription;
import dev.postern.api.message.Format;
import dev.postern.api.message.RowDescription;
import dev.postern.testkit.spi.FakeInterests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A table {@code public.people} of which the column {@code ssn} is masked, and a session. */
final class Sample {
  static final int PEOPLE = 20000;
  static final int ORDERS = 20001;
  static final int CARDS = 20002;
  static final ColumnConfig SSN =
      new ColumnConfig("public.people", "ssn", Masking.PARTIAL, null, null, 4, null, null);

  final FakeInterests wire = new FakeInterests();
  final List<String> refusals = new ArrayList<>();

  Sample() {
    Terms terms = new Terms(true, true, true, source(rules(snapshot(), List.of(SSN))));
    Conversation conversation = new Conversation();
    new ClientSide(conversation, terms, refusals::add).declare(wire);
    new ServerSide(conversation, terms, refusals::add).declare(wire);
  }

  private static RuleSource source(Rules rules) {
    return new RuleSource() {
      @Override
      public @Nullable Rules rules() {
        return rules;
      }

      @Override
      public CompletableFuture<Boolean> ask() {
        return CompletableFuture.completedFuture(true);
      }
    };
  }

  static Rules rules(Snapshot snapshot, List<ColumnConfig> columns) {
    ValueMask lastFour = new ValueMask.Partial(0, 4, (byte) '*');
    return new RulesMaker(snapshot, Set.of(), Set.of(), _ -> lastFour).make(columns);
  }

  static Snapshot snapshot() {
    return new Snapshot(
        Map.of(
            PEOPLE, relation(PEOPLE, "people"),
            ORDERS, relation(ORDERS, "orders"),
            CARDS, relation(CARDS, "cards")),
        Map.of(),
        Map.of(CARDS, Set.of(PEOPLE)),
        Map.of(),
        List.of(new QualifiedName("public", "own_function")),
        Set.of("pg_notify"),
        Map.of(
            PEOPLE,
            List.of(
                column(1, "id", 23, false, Set.of()),
                column(2, "ssn", 25, true, Set.of()),
                column(3, "initials", 25, true, Set.of((short) 2)))),
        Map.of());
  }

  private static Snapshot.Relation relation(int oid, String name) {
    return new Snapshot.Relation(oid, new QualifiedName("public", name), false);
  }

  private static Snapshot.Column column(
      int number, String name, int type, boolean text, Set<Short> from) {
    return new Snapshot.Column((short) number, name, type, text, "t", "-", from);
  }

  static RowDescription row(FieldDescription... fields) {
    return new RowDescription(List.of(fields));
  }

  static FieldDescription field(int table, int column, int type) {
    return new FieldDescription("x", table, (short) column, type, (short) -1, -1, Format.TEXT);
  }
}
