package dev.postern.testkit.conformance;

import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.routing.RouterFactory;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationFile;
import dev.postern.proxy.plugin.PluginSelection;
import dev.postern.proxy.server.Gateway;
import dev.postern.proxy.user.ImportedUser;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.TestVerifiers;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import dev.postern.testkit.conformance.companion.AnyoneFactory;
import dev.postern.testkit.conformance.companion.OneServerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/**
 * A plugin that is replaced again and again while clients come, ask and go.
 *
 * @param server where sessions go, unless a router under test says otherwise
 * @param jar of the plugin, or its folder
 */
record Reloading(PostgresServer server, Path jar) {
  private static final int CLIENTS = 3;
  private static final int RELOADS = 4;
  private static final String INSTANCE = "under-test";

  /** Who the clients are. */
  record Login(String user, String password, String database) {}

  void interceptor(String plugin, Map<String, Object> config, String user, String database)
      throws Exception {
    run(new Login(user, "", database), Map.of("interceptors", List.of(instance(plugin, config))));
  }

  void authenticator(String plugin, Map<String, Object> config, Login login) throws Exception {
    run(login, Map.of("authenticator", instance(plugin, config)));
  }

  void router(String plugin, Map<String, Object> config, Login login) throws Exception {
    run(login, Map.of("router", instance(plugin, config)));
  }

  private static Map<String, Object> instance(String plugin, Map<String, Object> config) {
    return Map.of("plugin", plugin, "name", INSTANCE, "config", config);
  }

  private void run(Login login, Map<String, Object> underTest) throws Exception {
    Path home = Files.createTempDirectory("postern-conformance");
    try {
      Path file = install(home, underTest);
      Configuration configuration = ConfigurationFile.load(file, home);
      try (Gateway gateway = Gateway.start(configuration, home)) {
        if (!login.password().isEmpty()) {
          gateway
              .users()
              .importAll(
                  List.of(
                      new ImportedUser(login.user(), TestVerifiers.of(login.password()), null)));
        }
        reload(gateway, configuration, home, login);
      }
    } finally {
      FactoryPromises.delete(home);
    }
  }

  private void reload(Gateway gateway, Configuration configuration, Path home, Login login)
      throws Exception {
    PluginSelection selection = PluginSelection.of(configuration);
    List<WeakReference<ClassLoader>> old = new ArrayList<>();
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger answers = new AtomicInteger();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        boolean stays = i == 0;
        String name = "reload-" + i;
        running.add(clients.submit(() -> talk(gateway, login, name, stays, over, answers)));
      }
      for (int i = 0; i < RELOADS; i++) {
        int before = answers.get();
        Patience.until(
            () -> answers.get() > before + CLIENTS || running.stream().anyMatch(Future::isDone));
        old.addAll(gateway.plugins().loaders());
        copy(jar, home.resolve("plugins").resolve(jar.getFileName().toString()));
        gateway.plugins().reload(Set.of(INSTANCE), selection, null);
      }
      over.set(true);
      for (Future<?> client : running) {
        client.get(60, TimeUnit.SECONDS);
      }
    }
    gateway.plugins().loaders().forEach(now -> old.removeIf(one -> one.refersTo(now.get())));
    SoftHandles.displace();
    boolean gone =
        Patience.until(
            () -> {
              System.gc();
              return old.stream().allMatch(one -> one.refersTo(null));
            });
    if (!gone) {
      throw new AssertionError(
          ("the class loader of a plugin that was replaced is still held (context class loader of"
                  + " the threads: %s); look for threads of its own, ThreadLocals, and what it"
                  + " registered with the JVM")
              .formatted(holders(old)));
    }
  }

  private static List<String> holders(List<WeakReference<ClassLoader>> old) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> old.stream().anyMatch(one -> holds(thread, one)))
        .map(Thread::getName)
        .toList();
  }

  private static boolean holds(Thread thread, WeakReference<ClassLoader> loader) {
    ClassLoader context = thread.getContextClassLoader();
    return context != null && loader.refersTo(context);
  }

  private static void talk(
      Gateway gateway,
      Login login,
      String name,
      boolean stays,
      AtomicBoolean over,
      AtomicInteger answers) {
    do {
      try (Interview interview = loggedIn(gateway, login)) {
        do {
          interview.ask(Question.simple(name));
          interview.ask(Question.extended(name, 'I'));
          if (interview.isEnded()) {
            throw new AssertionError("a session ended while plugins were replaced");
          }
          answers.incrementAndGet();
        } while (stays && !over.get());
      }
    } while (!over.get());
  }

  private static Interview loggedIn(Gateway gateway, Login login) {
    WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
    client.patience(Duration.ofSeconds(30));
    client.startTls(TestTls.trustingAll());
    WireMessage refusal = client.tryLogin(login.user(), login.password(), login.database());
    if (refusal != null) {
      client.close();
      throw new AssertionError("a login was refused while plugins were replaced: " + refusal);
    }
    return new Interview(client, true);
  }

  private Path install(Path home, Map<String, Object> underTest) throws IOException {
    Path plugins = Files.createDirectories(home.resolve("plugins"));
    Path conf = Files.createDirectories(home.resolve("conf"));
    copy(jar, plugins.resolve(jar.getFileName().toString()));
    pack(plugins.resolve("conformance-companions.jar"));
    TestCertificate certificate = TestCertificate.selfSigned("localhost");
    certificate.writeChain(conf.resolve("server.crt"));
    certificate.writeKey(conf.resolve("server.key"));
    Map<String, Object> root = new LinkedHashMap<>();
    root.put(
        "listeners",
        List.of(
            Map.of(
                "host",
                "127.0.0.1",
                "port",
                0,
                "tls",
                Map.of("certificate", "conf/server.crt", "key", "conf/server.key"))));
    root.put("authenticator", Map.of("plugin", "conformance-anyone"));
    Map<String, Object> here =
        Map.of("host", server.host(), "port", server.port(), "role", PostgresServer.SUPERUSER);
    root.put("router", Map.of("plugin", "conformance-one-server", "config", here));
    root.putAll(underTest);
    return Files.writeString(
        conf.resolve("postern.yaml"), new Dump(DumpSettings.builder().build()).dumpToString(root));
  }

  /** Replaces what is there in one step, where it is one file. */
  private static void copy(Path from, Path to) throws IOException {
    if (Files.isDirectory(from)) {
      Files.createDirectories(to);
      try (Stream<Path> members = Files.list(from)) {
        for (Path member : members.toList()) {
          copy(member, to.resolve(member.getFileName().toString()));
        }
      }
      return;
    }
    Path copied = to.resolveSibling("." + to.getFileName() + ".new");
    Files.copy(from, copied);
    Files.move(copied, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void pack(Path target) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Postern-Api", "1");
    try (OutputStream out = Files.newOutputStream(target);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      for (Class<?> member :
          List.of(
              AnyoneFactory.class,
              AnyoneFactory.Config.class,
              OneServerFactory.class,
              OneServerFactory.Config.class)) {
        add(entries, member);
      }
      service(entries, AuthenticatorFactory.class, AnyoneFactory.class);
      service(entries, RouterFactory.class, OneServerFactory.class);
    }
  }

  private static void add(JarOutputStream entries, Class<?> member) throws IOException {
    String name = member.getName().replace('.', '/') + ".class";
    entries.putNextEntry(new JarEntry(name));
    try (InputStream content = member.getClassLoader().getResourceAsStream(name)) {
      Objects.requireNonNull(content, name).transferTo(entries);
    }
  }

  private static void service(JarOutputStream entries, Class<?> kind, Class<?> factory)
      throws IOException {
    entries.putNextEntry(new JarEntry("META-INF/services/" + kind.getName()));
    entries.write(factory.getName().getBytes(StandardCharsets.UTF_8));
  }
}
