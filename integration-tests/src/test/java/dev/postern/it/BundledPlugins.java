package dev.postern.it;

import com.nimbusds.jose.JWSObject;
import com.unboundid.ldap.sdk.LDAPConnection;
import dev.postern.api.PluginFactory;
import dev.postern.plugins.audit.AuditFactory;
import dev.postern.plugins.ldap.LdapAuthenticatorFactory;
import dev.postern.plugins.limits.LimitsFactory;
import dev.postern.plugins.mask.MaskFactory;
import dev.postern.plugins.oauth.OauthAuthenticatorFactory;
import dev.postern.plugins.querylog.QueryLogFactory;
import dev.postern.plugins.recorder.RecorderFactory;
import dev.postern.plugins.rules.RulesAuthenticatorFactory;
import dev.postern.plugins.scram.ScramAuthenticatorFactory;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.plugins.tenant.TenantRouterFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.postgresql.Driver;

/** The plugins of the distribution, as jars. */
final class BundledPlugins {
  private static final List<Class<? extends PluginFactory<?>>> FACTORIES =
      List.of(
          ScramAuthenticatorFactory.class,
          StaticRoutesFactory.class,
          TenantRouterFactory.class,
          QueryLogFactory.class,
          LimitsFactory.class,
          AuditFactory.class,
          RecorderFactory.class,
          RulesAuthenticatorFactory.class);

  /** Those that bring libraries, each with a class of its library. */
  private static final Map<Class<? extends PluginFactory<?>>, Class<?>> WITH_LIBRARY =
      Map.of(
          LdapAuthenticatorFactory.class,
          LDAPConnection.class,
          OauthAuthenticatorFactory.class,
          JWSObject.class,
          MaskFactory.class,
          Driver.class);

  private BundledPlugins() {}

  static int count() {
    return FACTORIES.size() + WITH_LIBRARY.size();
  }

  /** Copies the jars that the build has made, or makes them where it has only compiled. */
  static void install(Path home) throws IOException, URISyntaxException {
    Path plugins = Files.createDirectories(home.resolve("plugins"));
    for (Class<?> factory : FACTORIES) {
      install(factory, plugins);
    }
    for (Map.Entry<Class<? extends PluginFactory<?>>, Class<?>> plugin : WITH_LIBRARY.entrySet()) {
      Path folder = plugins.resolve(plugin.getKey().getSimpleName());
      Files.createDirectory(folder);
      install(plugin.getKey(), folder);
      install(plugin.getValue(), folder);
    }
  }

  /**
   * One plugin as it is shipped: its jar, or its folder where it brings libraries.
   *
   * @param factory one of the distribution's
   * @param where a folder that is there
   */
  static Path shipped(Class<? extends PluginFactory<?>> factory, Path where)
      throws IOException, URISyntaxException {
    Class<?> library = WITH_LIBRARY.get(factory);
    if (library == null) {
      return install(factory, where);
    }
    Path folder = Files.createDirectories(where.resolve(factory.getSimpleName()));
    install(factory, folder);
    install(library, folder);
    return folder;
  }

  private static Path install(Class<?> member, Path folder) throws IOException, URISyntaxException {
    Path code = Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path jar = folder.resolve(member.getSimpleName() + ".jar");
    if (Files.isDirectory(code)) {
      pack(code, jar);
    } else {
      Files.copy(code, jar);
    }
    return jar;
  }

  private static void pack(Path classes, Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Postern-Api", "1");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, entries);
      }
    }
  }
}
