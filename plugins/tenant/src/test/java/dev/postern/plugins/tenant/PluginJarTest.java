package dev.postern.plugins.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.routing.RouterFactory;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class PluginJarTest {
  @Test
  void theFactoryIsFoundByItsName() {
    assertThat(ServiceLoader.load(RouterFactory.class))
        .extracting(factory -> factory.name())
        .containsExactly("tenant");
  }
}
