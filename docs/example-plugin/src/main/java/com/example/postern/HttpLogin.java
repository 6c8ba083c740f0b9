package com.example.postern;

import dev.postern.api.PluginContext;
import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.AuthenticatorFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** Asks a web service: it is sent the name, a NUL and the password, and answers 200 or 401. */
public final class HttpLogin implements AuthenticatorFactory<HttpLogin.Config> {
  public record Config(URI url, Duration timeout) {
    public Config {
      if (!"https".equals(url.getScheme()) && !"127.0.0.1".equals(url.getHost())) {
        throw new IllegalArgumentException("url: " + url + " (expected: https://...)");
      }
    }
  }

  @Override
  public String name() {
    return "http-login";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public Authenticator create(Config config, PluginContext context) {
    HttpClient http = context.closing(HttpClient.newHttpClient());
    return exchange -> {
      String user = exchange.startup().user();
      try (Secret password = exchange.cleartextPassword()) {
        String question = user + "\0" + new String(password.toChars());
        var request = HttpRequest.newBuilder(config.url()).timeout(config.timeout());
        request.POST(BodyPublishers.ofString(question));
        var answer = http.send(request.build(), BodyHandlers.ofString());
        return switch (answer.statusCode()) {
          case 200 -> AuthenticatedUser.named(user).withAttributes(Map.of("tenant", answer.body()));
          case 401 -> throw AuthenticationException.invalidPassword(user, "the service said 401");
          default -> throw new IOException("status " + answer.statusCode());
        };
      } catch (IOException | InterruptedException e) {
        throw AuthenticationException.unavailable(config.url() + " cannot say: " + e, e);
      }
    };
  }
}
