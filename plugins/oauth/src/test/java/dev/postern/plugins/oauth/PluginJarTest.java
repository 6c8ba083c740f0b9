package dev.postern.plugins.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.auth.AuthenticatorFactory;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class PluginJarTest {
  @Test
  void theFactoryIsFoundByItsName() {
    assertThat(ServiceLoader.load(AuthenticatorFactory.class))
        .extracting(factory -> factory.name())
        .containsExactly("oauth");
  }
}
