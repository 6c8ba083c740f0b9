package dev.postern.plugins.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RulesMakerTest {
  private static final int BEINGS = 1;
  private static final int MAMMALS = 2;
  private static final int PEOPLE = 3;
  private static final int LONG_VALUES = 4;
  private static final int OVER_LONG_VALUES = 5;

  @Test
  void aColumnIsMaskedInAllTablesThatItsTableInheritsFrom() {
    Rules rules = rules();

    assertThat(of(rules, BEINGS)).containsOnlyKeys((short) 7);
    assertThat(of(rules, MAMMALS).get((short) 5)).isEqualTo(of(rules, PEOPLE).get((short) 2));
    assertThat(rules.vocabulary().tables()).containsOnlyKeys("beings", "mammals", "people");
  }

  @Test
  void whatAChildComputesFromAMaskedColumnIsRefusedInItsParents() {
    assertThat(Objects.requireNonNull(of(rules(), MAMMALS).get((short) 6)).mask()).isNull();
  }

  @Test
  void viewsOfWhereLongValuesAreKeptMayShowMaskedOnes() {
    Rules rules = rules();

    assertThat(rules.reaching()).containsExactlyInAnyOrder(LONG_VALUES, OVER_LONG_VALUES);
    assertThat(rules.vocabulary().reaching()).containsExactly("over_long_values");
  }

  private static Map<Short, Rules.ColumnRule> of(Rules rules, int table) {
    return Objects.requireNonNull(rules.tables().get(table));
  }

  private static Rules rules() {
    Snapshot snapshot =
        new Snapshot(
            Map.of(
                BEINGS,
                relation(BEINGS, "beings"),
                MAMMALS,
                relation(MAMMALS, "mammals"),
                PEOPLE,
                relation(PEOPLE, "people"),
                LONG_VALUES,
                new Snapshot.Relation(
                    LONG_VALUES, new QualifiedName("pg_toast", "pg_toast_3"), false),
                OVER_LONG_VALUES,
                relation(OVER_LONG_VALUES, "over_long_values")),
            Map.of(BEINGS, List.of(MAMMALS), MAMMALS, List.of(PEOPLE)),
            Map.of(OVER_LONG_VALUES, Set.of(LONG_VALUES)),
            Map.of(),
            List.of(),
            Set.of(),
            Map.of(
                BEINGS,
                List.of(column(6, "id", Set.of()), column(7, "ssn", Set.of())),
                MAMMALS,
                List.of(
                    column(4, "id", Set.of()),
                    column(5, "ssn", Set.of()),
                    column(6, "initials", Set.of())),
                PEOPLE,
                List.of(
                    column(1, "id", Set.of()),
                    column(2, "ssn", Set.of()),
                    column(3, "initials", Set.of((short) 2)))),
            Map.of());
    return Sample.rules(snapshot, List.of(Sample.SSN));
  }

  private static Snapshot.Relation relation(int oid, String name) {
    return new Snapshot.Relation(oid, new QualifiedName("public", name), false);
  }

  private static Snapshot.Column column(int number, String name, Set<Short> from) {
    return new Snapshot.Column((short) number, name, 25, true, "text", "textsend", from);
  }
}
