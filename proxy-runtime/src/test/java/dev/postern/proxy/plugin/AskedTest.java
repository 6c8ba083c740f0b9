package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class AskedTest {
  private final Asked asked = new Asked();

  private static RuntimeException thrown(String message) {
    return new IllegalStateException(message);
  }

  private static Runnable throwing(RuntimeException failure) {
    return () -> {
      throw failure;
    };
  }

  @Test
  void namesWhoeverHasThrownAlsoWhereItWasPutInOtherWords() {
    RuntimeException failure = thrown("broken");
    assertThatThrownBy(() -> asked.tell("one", throwing(failure))).isSameAs(failure);
    assertThat(asked.thrower(failure)).isEqualTo("one");
    assertThat(asked.thrower(new Exception(failure))).isEqualTo("one");
    assertThat(asked.thrower(thrown("of a server"))).isNull();
  }

  @Test
  void blamesWhoeverWasAskedLastAndNotWhoLetItPass() {
    RuntimeException failure = thrown("broken");
    assertThatThrownBy(() -> asked.tell("outer", () -> asked.tell("inner", throwing(failure))))
        .isSameAs(failure);
    assertThat(asked.thrower(failure)).isEqualTo("inner");
  }

  @Test
  void blamesWhoeverFailsByItselfAfterItHasCaughtAnothersFailure() {
    RuntimeException own = thrown("own");
    RuntimeException caught = thrown("caught");
    assertThatThrownBy(
            () ->
                asked.tell(
                    "outer",
                    () -> {
                      assertThatThrownBy(() -> asked.tell("inner", throwing(caught)))
                          .isSameAs(caught);
                      throw own;
                    }))
        .isSameAs(own);
    assertThat(asked.thrower(own)).isEqualTo("outer");
  }

  @Test
  void knowsWhoIsAskedNow() {
    asked.tell(
        "outer",
        () -> {
          asked.tell("inner", () -> assertThat(asked.now()).isEqualTo("inner"));
          assertThat(asked.now()).isEqualTo("outer");
        });
    assertThat(asked.now()).isNull();
  }
}
