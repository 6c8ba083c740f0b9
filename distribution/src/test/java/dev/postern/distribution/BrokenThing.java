package dev.postern.distribution;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What is wrong with an installation, and what its operator is told of it. */
enum BrokenThing {
  ANOTHER_JAVA(1, "POSTERN_JAVA_HOME is not a Java 25: /usr") {
    @Override
    void of(Installation postern) {
      postern.environment("POSTERN_JAVA_HOME", "/usr");
    }
  },
  NO_LIBRARIES(1, "no lib directory in ") {
    @Override
    void of(Installation postern) throws IOException {
      Files.move(postern.home().resolve("lib"), postern.home().resolve("libs"));
    }
  },
  NO_CONFIGURATION(78, "conf/postern.yaml: ") {
    @Override
    void of(Installation postern) throws IOException {
      Files.delete(postern.configuration());
    }
  },
  AN_UNKNOWN_SETTING(78, "conf/postern.yaml:", "timeouts.logn: unknown setting", "login") {
    @Override
    void of(Installation postern) throws IOException {
      postern.configureMore("\ntimeouts: {logn: 5s}\n");
    }
  },
  A_SETTING_OF_A_PLUGIN(78, "conf/postern.yaml:", "max-length: many (expected: ") {
    @Override
    void of(Installation postern) throws IOException {
      postern.configureMore("\ninterceptors: [{plugin: query-log, config: {max-length: many}}]\n");
    }
  },
  AN_UNKNOWN_PLUGIN(78, "conf/postern.yaml:", "there is no router \"nowhere\"") {
    @Override
    void of(Installation postern) throws IOException {
      postern.configure("plugin: static-routes\n", "plugin: nowhere\n");
    }
  },
  A_JAR_OF_SOMETHING_ELSE(78, "plugins/broken.jar: cannot be read as a jar") {
    @Override
    void of(Installation postern) throws IOException {
      Files.writeString(postern.home().resolve("plugins/broken.jar"), "no jar at all");
    }
  },
  A_JAR_THAT_WAS_CUT(78, "postern-plugin-scram-", "cannot be read as a jar") {
    @Override
    void of(Installation postern) throws IOException {
      Path jar = plugin(postern, "postern-plugin-scram-");
      byte[] whole = Files.readAllBytes(jar);
      Files.write(jar, java.util.Arrays.copyOf(whole, whole.length / 2));
    }
  },
  A_PLUGIN_THAT_IS_NOT_THERE(78, "there is no authenticator \"scram\"") {
    @Override
    void of(Installation postern) throws IOException {
      Files.delete(plugin(postern, "postern-plugin-scram-"));
    }
  },
  A_PLACE_OF_NO_LOG(78, "audit", "conf/postern.yaml/log") {
    @Override
    void of(Installation postern) throws IOException {
      postern.configureMore(
          "\ninterceptors: [{plugin: audit, config: {directory: conf/postern.yaml/log}}]\n");
    }
  },
  A_PORT_IN_USE(1, "cannot listen on 127.0.0.1:") {
    @Override
    void of(Installation postern) throws IOException {
      ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      TAKEN.add(taken);
      postern.configure("    port: 6432\n", "    port: " + taken.getLocalPort() + "\n");
    }
  };

  /** Open until the tests end. */
  private static final List<ServerSocket> TAKEN = new java.util.concurrent.CopyOnWriteArrayList<>();

  private final int exitCode;

  /** Lines, since what an enum holds does not change. */
  private final String told;

  BrokenThing(int exitCode, String... told) {
    this.exitCode = exitCode;
    this.told = String.join("\n", told);
  }

  /** Breaks it. */
  abstract void of(Installation postern) throws IOException;

  int exitCode() {
    return exitCode;
  }

  /** What is in the line. */
  List<String> told() {
    return told.lines().toList();
  }

  private static Path plugin(Installation postern, String begin) throws IOException {
    try (Stream<Path> jars = Files.list(postern.home().resolve("plugins"))) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith(begin))
          .findFirst()
          .orElseThrow();
    }
  }
}
