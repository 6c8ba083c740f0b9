package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.MessageInterceptorFactory;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class PluginJarTest {
  @Test
  void theFactoryIsFoundByItsName() {
    assertThat(ServiceLoader.load(MessageInterceptorFactory.class))
        .extracting(factory -> factory.name())
        .containsExactly("audit");
  }
}
