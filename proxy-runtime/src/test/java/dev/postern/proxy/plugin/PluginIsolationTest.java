package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PluginIsolationTest {
  @TempDir Path home;
  private PluginDirectory directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = new PluginDirectory(home).withRouter();
  }

  @Test
  void twoPluginsUseTwoVersionsOfOneLibrary() throws Exception {
    for (String version : new String[] {"1", "2"}) {
      Path folder = directory.folder("auth-" + version);
      Path library =
          PluginJar.at(folder.resolve("library.jar"))
              .withoutApiLevel()
              .source(
                  "lib.Version",
                  "package lib; public final class Version { public static String get() { return \""
                      + version
                      + "\"; } }")
              .build();
      PluginSources.authenticator(
              PluginJar.at(folder.resolve("plugin.jar")).library(library),
              "auth-" + version,
              "throw new IllegalStateException(lib.Version.get());")
          .build();
    }

    try (Plugins one = directory.load(PluginDirectory.PLAIN.replace(": auth", ": auth-1"));
        Plugins two = directory.load(PluginDirectory.PLAIN.replace(": auth", ": auth-2"))) {
      assertThat(PluginDirectory.ask(one)).isEqualTo("1");
      assertThat(PluginDirectory.ask(two)).isEqualTo("2");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dev.postern.proxy.plugin.Plugins",
        "io.netty.buffer.ByteBuf",
        "org.snakeyaml.engine.v2.api.Load",
        "ch.qos.logback.classic.Logger",
        "org.junit.jupiter.api.Test"
      })
  void doesNotSeeClassesOfPostern(String name) throws Exception {
    assertThat(askWith("Class.forName(\"" + name + "\").toString()")).isEqualTo("not found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dev.postern.api.Secret",
        "org.slf4j.Logger",
        "org.jspecify.annotations.Nullable",
        "java.sql.Driver",
        "java.net.http.HttpClient"
      })
  void sharesTheApiTheLoggerAndThePlatform(String name) throws Exception {
    assertThat(
            askWith(
                "\"\" + (Class.forName(\""
                    + name
                    + "\").getClassLoader() != AuthFactory.class.getClassLoader())"))
        .isEqualTo("true");
  }

  @Test
  void prefersItsOwnClassesToThoseOfPostern() throws Exception {
    PluginJar jar =
        directory
            .jar("auth.jar")
            .source("io.netty.buffer.ByteBuf", "package io.netty.buffer; public class ByteBuf {}");

    assertThat(
            ask(
                jar,
                "\"\" + (io.netty.buffer.ByteBuf.class.getClassLoader() =="
                    + " AuthFactory.class.getClassLoader())"))
        .isEqualTo("true");
  }

  @Test
  void doesNotTakePackagesForSharedThatOnlyBeginAlike() throws Exception {
    PluginJar jar =
        directory
            .jar("auth.jar")
            .source("org.slf4jext.Own", "package org.slf4jext; public class Own {}");

    assertThat(ask(jar, "new org.slf4jext.Own().getClass().getName()"))
        .isEqualTo("org.slf4jext.Own");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "META-INF/services/org.slf4j.spi.SLF4JServiceProvider",
        "META-INF/services/org.junit.platform.engine.TestEngine",
        "META-INF/maven/org.slf4j/slf4j-api/pom.properties",
        "dev/postern/proxy/plugin/Plugins.class"
      })
  void doesNotSeeResourcesOfPostern(String name) throws Exception {
    assertThat(getClass().getClassLoader().getResource(name)).isNotNull();

    assertThat(
            askWith(
                "\"\" + AuthFactory.class.getClassLoader().getResource(\""
                    + name
                    + "\") + AuthFactory.class.getClassLoader().getResources(\""
                    + name
                    + "\").hasMoreElements()"))
        .isEqualTo("nullfalse");
  }

  @Test
  void seesItsOwnResources() throws Exception {
    PluginJar jar = directory.jar("auth.jar").entry("x/words.txt", "own words");

    assertThat(
            ask(
                jar,
                "new String(AuthFactory.class.getResourceAsStream(\"words.txt\").readAllBytes())"))
        .isEqualTo("own words");
  }

  @Test
  void findsServicesOfItsOwnJarsOnly() throws Exception {
    PluginJar jar =
        directory
            .jar("auth.jar")
            .source(
                "x.Word",
                "package x; public class Word implements Runnable { public void run() {} }")
            .entry("META-INF/services/java.lang.Runnable", "x.Word");

    assertThat(
            ask(
                jar,
                "java.util.ServiceLoader.load(Runnable.class).stream().map(p ->"
                    + " p.type().getName()).toList().toString()"))
        .isEqualTo("[x.Word]");
  }

  @Test
  void logsThroughPostern() throws Exception {
    assertThat(askWith("org.slf4j.LoggerFactory.getLogger(AuthFactory.class).getClass().getName()"))
        .startsWith("ch.qos.logback");
  }

  private String askWith(String expression) throws Exception {
    return ask(directory.jar("auth.jar"), expression);
  }

  private String ask(PluginJar jar, String expression) throws Exception {
    PluginSources.authenticator(
            jar,
            "auth",
            """
            String answer;
            try {
              answer = %s;
            } catch (Exception e) {
              answer = e.toString();
            }
            throw new IllegalStateException(answer);
            """
                .formatted(expression))
        .build();
    try (Plugins plugins = directory.load()) {
      String answer = PluginDirectory.ask(plugins);
      return answer.startsWith("java.lang.ClassNotFoundException") ? "not found" : answer;
    }
  }
}
