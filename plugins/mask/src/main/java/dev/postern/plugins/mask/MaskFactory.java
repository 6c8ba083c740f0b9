package dev.postern.plugins.mask;

import dev.postern.api.PluginContext;
import dev.postern.api.Secret;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The interceptor {@code mask}. */
public final class MaskFactory implements MessageInterceptorFactory<MaskConfig> {
  @Override
  public String name() {
    return "mask";
  }

  @Override
  public Class<MaskConfig> configType() {
    return MaskConfig.class;
  }

  @Override
  public MessageInterceptor create(MaskConfig config, PluginContext context) {
    List<ColumnConfig> columns =
        config.policies().stream().flatMap(policy -> policy.columns().stream()).toList();
    Map<ColumnConfig, ValueMask> masks = new HashMap<>();
    for (ColumnConfig column : columns) {
      switch (column.with()) {
        case PARTIAL ->
            masks.put(
                column,
                new ValueMask.Partial(
                    column.effectiveKeepFirst(),
                    column.effectiveKeepLast(),
                    (byte) column.effectiveCharacter()));
        case TRUNCATED -> masks.put(column, new ValueMask.Truncated(column.effectiveKeepFirst()));
        case HASHED -> masks.put(column, hashed(Objects.requireNonNull(column.key())));
        case NULLED, FIXED -> {}
      }
    }
    CatalogConnector connector = new CatalogConnector(config.catalog());
    var trustedFunctions = config.effectiveTrustedFunctions();
    var trustedRelations = config.effectiveTrustedRelations();
    Catalogs catalogs =
        new Catalogs(
            context.threads(),
            key ->
                new Catalog(
                    key,
                    connector,
                    columns,
                    System::nanoTime,
                    config.catalog().effectiveMaxAge().toNanos(),
                    policyColumns ->
                        snapshot ->
                            new RulesMaker(snapshot, trustedFunctions, trustedRelations, masks::get)
                                .make(policyColumns)));
    context.every(config.catalog().effectiveRefresh(), catalogs::renew);
    return new Mask(config, catalogs, context);
  }

  private static ValueMask hashed(Secret secret) {
    byte[] key = secret.toByteArray();
    try {
      return new ValueMask.Hashed(key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }
}
