package dev.postern.api;

import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.routing.RouterFactory;

/**
 * What {@link java.util.ServiceLoader} finds in a plugin jar. Implement one of the three permitted
 * kinds and name the class in {@code META-INF/services/} under that kind's name.
 *
 * @param <C> the configuration: a record whose components are the keys of the {@code config}
 *     section. A component marked {@link org.jspecify.annotations.Nullable} may be left out and is
 *     then {@code null}; a record all of whose components may be left out may be left out itself,
 *     and is then made of these; any other is required. Component names are written in kebab-case
 *     in the file ({@code maxRows} is {@code max-rows}). Supported types: {@code String}, {@code
 *     boolean}, {@code int}, {@code long}, {@code double} and their boxes, enums (in kebab-case, or
 *     as their {@code toString} says), {@link java.time.Duration} ({@code 500ms}, {@code 30s}),
 *     {@link DataSize} ({@code 16MiB}), {@link java.nio.file.Path} (relative to the installation),
 *     {@link java.net.URI}, {@link Secret}, lists and maps (with string keys) of these, and further
 *     records. Throw {@link IllegalArgumentException} from the compact constructor to refuse a
 *     value; the message is shown beside file, line and column, exactly at the value if it begins
 *     with the component's name and a colon ({@code maxRows: 0 (expected: 1..)}). Several lines are
 *     several problems.
 */
public sealed interface PluginFactory<C extends Record>
    permits AuthenticatorFactory, RouterFactory, MessageInterceptorFactory {

  /**
   * The name by which the configuration asks for this plugin: lower-case letters, digits and
   * hyphens, unique in its kind.
   */
  String name();

  /** The record that the {@code config} section is bound to. */
  Class<C> configType();
}
