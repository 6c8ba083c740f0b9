package dev.postern.proxy.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TypeSetTest {

  @Test
  void holdsEachOfThe256TypesByItself() {
    for (int type = 0; type < 256; type++) {
      TypeSet set = TypeSet.of((byte) type);
      for (int other = 0; other < 256; other++) {
        assertThat(set.contains((byte) other)).isEqualTo(type == other);
      }
    }
  }

  @Test
  void countsEachTypeOnce() {
    assertThat(TypeSet.of((byte) 1, (byte) 1, (byte) 0xFF).size()).isEqualTo(2);
  }

  @Test
  void joinsMeetsAndTakesAway() {
    TypeSet abc = TypeSet.of((byte) 'a', (byte) 'b', (byte) 'c');
    TypeSet cd = TypeSet.of((byte) 'c', (byte) 'd');

    assertThat(abc.union(cd)).hasToString("TypeSet[a b c d]");
    assertThat(abc.intersection(cd)).hasToString("TypeSet[c]");
    assertThat(abc.minus(cd)).hasToString("TypeSet[a b]");
    assertThat(cd.minus(cd)).isEqualTo(TypeSet.EMPTY);
    assertThat(TypeSet.EMPTY.isEmpty()).isTrue();
  }

  @Test
  void showsUnprintableTypesAsNumbers() {
    assertThat(TypeSet.of((byte) 0, (byte) 'Q', (byte) 0xFF)).hasToString("TypeSet[0 Q 255]");
  }
}
