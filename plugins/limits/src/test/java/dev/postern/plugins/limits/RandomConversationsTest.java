package dev.postern.plugins.limits;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.message.Bind;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.Describe;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.session.CloseReason;
import dev.postern.testkit.spi.FakeInterests;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** However a client and a server talk: when the server has nothing left to do, no place is held. */
final class RandomConversationsTest {
  private static final int CONVERSATIONS = 20_000;

  @Test
  void noPlaceIsLeftHeld() {
    Play play =
        new Play(
            "limits: [{name: a, concurrent: 1, sent-bytes: {rate: 1GiB}},"
                + " {name: b, by: [fingerprint], concurrent: 1}]");
    FakeInterests other = play.session("other");
    for (int seed = 0; seed < CONVERSATIONS; seed++) {
      FakeInterests session = play.session("random");
      try {
        new Conversation(session, new Random(seed)).play();
        for (int i = 0; i < 3; i++) {
          Play.run(other, "select " + (char) ('a' + i));
        }
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
      session.close(CloseReason.CLIENT_TERMINATED);
      Play.run(other, "select b");
    }
  }

  /** A client that says anything, and a server that follows the protocol's rules. */
  private static final class Conversation {
    private final FakeInterests session;
    private final Random random;
    private final Deque<FrontendMessage> underWay = new ArrayDeque<>();
    private boolean skipping;
    private boolean copying;
    private boolean simple;
    private boolean over;

    Conversation(FakeInterests session, Random random) {
      this.session = session;
      this.random = random;
    }

    void play() {
      int length = random.nextInt(20);
      for (int i = 0; i < length && !over; i++) {
        if (random.nextInt(3) > 0) {
          send(any());
        } else if (!underWay.isEmpty()) {
          serve(underWay.remove());
        }
      }
      finish();
      if (!over) {
        send(copying ? new CopyDone() : new Sync());
        send(new Sync());
        finish();
      }
      if (over) {
        session.close(CloseReason.BACKEND_CLOSED);
      }
    }

    private void finish() {
      while (!underWay.isEmpty() && !over) {
        serve(underWay.remove());
      }
    }

    private void send(FrontendMessage message) {
      Play.assertPasses(session.onClient(message));
      underWay.add(message);
    }

    private FrontendMessage any() {
      String name = random.nextBoolean() ? "" : "x";
      return switch (random.nextInt(12)) {
        case 0, 1 -> new Query("select " + (char) ('a' + random.nextInt(3)));
        case 2 -> new Parse(name, "select " + (char) ('a' + random.nextInt(3)), List.of());
        case 3 -> new Bind(name, name, List.of(), List.of(), List.of());
        case 4 -> new Describe(Target.PORTAL, name);
        case 5, 6 -> new Execute(name, 0);
        case 7, 8 -> new Sync();
        case 9 -> new CopyData(Bytes.wrap(new byte[10]));
        case 10 -> random.nextBoolean() ? new CopyDone() : new CopyFail("no");
        default -> new FunctionCall(1, List.of(), List.of(), Format.TEXT);
      };
    }

    private void serve(FrontendMessage message) {
      if (copying) {
        serveCopy(message);
        return;
      }
      switch (message) {
        case Sync _ -> {
          skipping = false;
          session.server(Play.READY);
        }
        case CopyData _, CopyDone _, CopyFail _ -> {}
        case FrontendMessage _ when skipping -> {}
        case Query _ -> query();
        case FunctionCall _ -> {
          if (random.nextBoolean()) {
            error();
          }
          session.server(Play.READY);
        }
        case Execute _ -> execute();
        default -> {
          if (random.nextInt(4) == 0) {
            error();
            skipping = true;
          } else if (message instanceof Parse) {
            session.server(new ParseComplete());
          }
        }
      }
    }

    private void query() {
      int parts = random.nextInt(3);
      for (int i = 0; i < parts; i++) {
        session.server(Play.DONE);
      }
      switch (random.nextInt(4)) {
        case 0 -> {
          error();
          session.server(Play.READY);
        }
        case 1 -> copyIn(true);
        default -> {
          if (parts == 0) {
            session.server(new EmptyQueryResponse());
          }
          session.server(Play.READY);
        }
      }
    }

    private void execute() {
      switch (random.nextInt(5)) {
        case 0 -> {
          error();
          skipping = true;
        }
        case 1 -> copyIn(false);
        case 2 -> session.server(new PortalSuspended());
        case 3 -> session.server(new EmptyQueryResponse());
        default -> session.server(Play.DONE);
      }
    }

    private void copyIn(boolean bySimpleQuery) {
      copying = true;
      simple = bySimpleQuery;
      session.server(new CopyInResponse(Format.TEXT, List.of()));
    }

    private void serveCopy(FrontendMessage message) {
      switch (message) {
        case Sync _ -> {}
        case CopyData _ -> {
          if (random.nextInt(4) == 0) {
            failCopy();
          }
        }
        case CopyFail _ -> failCopy();
        case CopyDone _ -> {
          copying = false;
          session.server(new CommandComplete("COPY 1"));
          if (simple) {
            session.server(Play.READY);
          }
        }
        default -> over = true; // the server ends such a session
      }
    }

    private void failCopy() {
      copying = false;
      error();
      if (simple) {
        session.server(Play.READY);
      } else {
        skipping = true;
      }
    }

    private void error() {
      session.server(ErrorResponse.error(new SqlState("42601"), "syntax error"));
    }
  }
}
