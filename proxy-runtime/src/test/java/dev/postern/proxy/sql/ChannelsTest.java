package dev.postern.proxy.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.sql.ListenScript.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChannelsTest {
  private final Channels channels = new Channels();

  @Test
  void takesEffectAtTheCommitInOrder() {
    done(listen("a"), listen("b"), new Step.Unlisten("a"));
    assertThat(channels.inForce()).isEmpty();
    channels.committed();
    assertThat(channels.inForce()).containsExactly("b");
    done(new Step.UnlistenAll(), listen("c"));
    channels.committed();
    assertThat(channels.inForce()).containsExactly("c");
  }

  @Test
  void isForgottenWhenItIsRolledBack() {
    done(listen("a"));
    channels.committed();
    done(listen("b"), new Step.UnlistenAll());
    channels.rolledBack();
    channels.committed();
    assertThat(channels.inForce()).containsExactly("a");
  }

  @Test
  void isForgottenBehindASavepointThatIsRolledBackTo() {
    done(listen("a"), savepoint("s"), listen("b"), savepoint("t"), listen("c"), back("s"));
    done(listen("d"), back("s"), listen("e"));
    channels.committed();
    assertThat(channels.inForce()).containsExactly("a", "e");
  }

  @Test
  void aSavepointThatWasThereBeforeUndoesAll() {
    done(savepoint("s"), listen("a"), savepoint("t"), listen("b"), back("s"), listen("c"));
    channels.committed();
    assertThat(channels.inForce()).containsExactly("c");
  }

  @Test
  void aReleasedSavepointIsNoneAnyMore() {
    done(listen("a"), savepoint("s"), listen("b"), savepoint("t"), listen("c"), release("s"));
    done(savepoint("t"), listen("d"), back("t"));
    channels.committed();
    assertThat(channels.inForce()).containsExactly("a", "b", "c");
  }

  @Test
  void ofTwoSavepointsWithOneNameTheLaterIsMeant() {
    done(listen("a"), savepoint("s"), listen("b"), savepoint("s"), listen("c"), back("s"));
    done(release("s"), back("s"));
    channels.committed();
    assertThat(channels.inForce()).containsExactly("a");
  }

  private void done(Step... steps) {
    List.of(steps).forEach(channels::done);
  }

  private static Step listen(String channel) {
    return new Step.Listen(channel);
  }

  private static Step savepoint(String name) {
    return new Step.Savepoint(name);
  }

  private static Step release(String name) {
    return new Step.Release(name);
  }

  private static Step back(String name) {
    return new Step.RollbackTo(name);
  }
}
