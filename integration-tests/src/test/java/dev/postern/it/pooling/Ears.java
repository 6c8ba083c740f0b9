package dev.postern.it.pooling;

import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a client listens to, and whether it hears all of that, each once, and nothing else. */
final class Ears {
  private final WireClient client;
  private final Shouts shouts;
  private final Tally tally;
  private final Map<String, Shouts.Ear> ears = new HashMap<>();

  /** What has come and is not judged yet. */
  private final List<WireMessage> notifications = new ArrayList<>();

  private final Set<String> heard = new HashSet<>();

  Ears(WireClient client, Shouts shouts, Tally tally) {
    this.client = client;
    this.shouts = shouts;
    this.tally = tally;
  }

  /** The channels that it listens to. */
  Set<String> channels() {
    return Set.copyOf(ears.keySet());
  }

  /** Its LISTEN is committed. */
  void open(String channel) {
    ears.computeIfAbsent(channel, shouts::open);
  }

  /** It is about to send UNLISTEN: waits for what must have come before. */
  void close(String channel) {
    Shouts.Ear ear = ears.remove(channel);
    if (ear != null) {
      await(ear.close());
    }
  }

  private void await(Set<String> owed) {
    Set<String> missing = new HashSet<>(owed);
    missing.removeAll(heard);
    notifications.forEach(notification -> missing.remove(payload(notification)));
    while (!missing.isEmpty()) {
      WireMessage message = client.receive();
      switch (message.type()) {
        case 'A' -> {
          notifications.add(message);
          missing.remove(payload(message));
        }
        case 'E' -> throw new AssertionError(message + " instead of " + missing);
        default -> {}
      }
    }
  }

  /** A notification has come. */
  void hear(WireMessage notification) {
    notifications.add(notification);
  }

  /**
   * Of the notifications that have come.
   *
   * @param before what it listened to before its last step
   */
  void judge(Set<String> before) {
    for (WireMessage notification : notifications) {
      List<String> said = notification.strings(4);
      if (!before.contains(said.getFirst()) && !ears.containsKey(said.getFirst())) {
        throw new AssertionError("hears what it does not listen to: " + said);
      }
      if (!heard.add(payload(notification))) {
        throw new AssertionError("hears twice: " + said);
      }
      shouts.heard(payload(notification));
      tally.add("notifications");
    }
    notifications.clear();
  }

  private static String payload(WireMessage notification) {
    return notification.strings(4).getLast();
  }
}
