package dev.postern.proxy.plugin;

import dev.postern.api.Plugin;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.routing.Router;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.InterceptorConfig;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.proxy.config.ScopeConfig;
import dev.postern.proxy.plugin.Catalog.Wanted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a generation together: of new instances, and of those of the generation before that are to
 * stay. One thread.
 */
final class Assembly {
  private final Catalog catalog;
  private final PluginEnvironment environment;
  private final @Nullable Generation before;
  private final Set<String> renewed;

  /** A place in the generation: somebody who stays in it, or what is to be made for it. */
  private sealed interface Place<P extends Plugin> {
    record Kept<P extends Plugin>(Instance<P> instance) implements Place<P> {}

    record Open<P extends Plugin>(Wanted wanted) implements Place<P> {}
  }

  @FunctionalInterface
  private interface Making<P extends Plugin> {
    Instance<P> of(Wanted wanted) throws PluginLoadException;
  }

  private Assembly(
      Catalog catalog,
      PluginEnvironment environment,
      @Nullable Generation before,
      Set<String> renewed) {
    this.catalog = catalog;
    this.environment = environment;
    this.before = before;
    this.renewed = renewed;
  }

  /** Of new instances only. */
  static Assembly first(Catalog catalog, PluginEnvironment environment) {
    return new Assembly(catalog, environment, null, Set.of());
  }

  /**
   * Of those before, but for some.
   *
   * @param renewed the names of instances that are made anew, are new, or go
   */
  static Assembly following(
      Generation before, Catalog catalog, PluginEnvironment environment, Set<String> renewed) {
    return new Assembly(catalog, environment, before, renewed);
  }

  /**
   * Binds the configuration of all that are to be made, then makes them.
   *
   * @param end what the generation is to be told to at its end
   * @throws PluginLoadException with all problems; nothing that was made stays open then
   */
  Generation assemble(PluginSelection selection, Consumer<Generation> end)
      throws PluginLoadException {
    Binder binder = new Binder(environment.home(), environment.variables());
    List<Place<Authenticator>> authenticators =
        places(
            PluginKind.AUTHENTICATOR,
            selection.authenticators(),
            before == null ? List.of() : before.authenticators(),
            binder);
    List<Place<Router>> routers =
        places(
            PluginKind.ROUTER,
            selection.routers(),
            before == null ? List.of() : before.routers(),
            binder);
    List<Place<MessageInterceptor>> interceptors =
        places(
            PluginKind.INTERCEPTOR,
            selection.interceptors().stream().map(InterceptorConfig::instance).toList(),
            before == null ? List.of() : before.interceptors(),
            binder);
    if (before != null) {
      Unnamed unnamed = new Unnamed(renewed, catalog);
      unnamed.keepOrder(selection.authenticators(), before.authenticators());
      unnamed.keepOrder(selection.routers(), before.routers());
      unnamed.keepOrder(
          selection.interceptors().stream().map(InterceptorConfig::instance).toList(),
          before.interceptors());
      unnamed.keepRequire(selection, before);
    }
    catalog.throwIfAnyProblem();
    try (Instances made = new Instances(environment)) {
      List<Instance<Authenticator>> proving = fill(authenticators, made::authenticator);
      Delegations.check(proving, catalog);
      catalog.throwIfAnyProblem();
      Generation generation =
          new Generation(
              proving,
              selection.allAuthenticators(),
              fill(routers, made::router),
              fill(interceptors, wanted -> made.interceptor(limited(wanted, selection))),
              end);
      made.giveAway();
      stay(authenticators);
      stay(routers);
      stay(interceptors);
      return generation;
    }
  }

  /**
   * Binds the configuration of all instances, and makes none.
   *
   * @throws PluginLoadException with all problems
   */
  static void check(PluginSelection selection, Catalog catalog, Path home)
      throws PluginLoadException {
    Binder binder = new Binder(home, System.getenv());
    selection.authenticators().forEach(one -> catalog.find(PluginKind.AUTHENTICATOR, one, binder));
    selection.routers().forEach(one -> catalog.find(PluginKind.ROUTER, one, binder));
    selection
        .interceptors()
        .forEach(one -> catalog.find(PluginKind.INTERCEPTOR, one.instance(), binder));
    catalog.throwIfAnyProblem();
  }

  private static Wanted limited(Wanted wanted, PluginSelection selection) {
    ScopeConfig only =
        selection.interceptors().stream()
            .filter(one -> one.instance().effectiveName().equals(wanted.name()))
            .map(InterceptorConfig::only)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    return wanted.limitedTo(only);
  }

  private <P extends Plugin> List<Place<P>> places(
      PluginKind kind,
      List<PluginInstanceConfig> configured,
      List<Instance<P>> inService,
      Binder binder) {
    List<Place<P>> places = new ArrayList<>();
    List<Instance<P>> left = new ArrayList<>(inService);
    for (PluginInstanceConfig config : configured) {
      String name = config.effectiveName();
      Instance<P> known =
          inService.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
      left.remove(known);
      if (before == null || renewed.contains(name)) {
        Wanted wanted = catalog.find(kind, config, binder);
        if (wanted != null) {
          places.add(new Place.Open<>(wanted));
        }
      } else if (known == null) {
        catalog.refuse(
            config.location().toString(),
            "%s %s is not in service".formatted(kind, name),
            "name it too");
      } else {
        places.add(new Place.Kept<>(known));
      }
    }
    left.stream()
        .filter(gone -> !renewed.contains(gone.name()))
        .forEach(
            gone ->
                catalog.refuse(
                    gone.wanted().location().toString(),
                    "%s %s is in service, and not in the configuration"
                        .formatted(kind, gone.name()),
                    "name it too, and it goes"));
    return places;
  }

  private static <P extends Plugin> List<Instance<P>> fill(List<Place<P>> places, Making<P> making)
      throws PluginLoadException {
    List<Instance<P>> instances = new ArrayList<>();
    for (Place<P> place : places) {
      if (place instanceof Place.Kept<P> kept) {
        instances.add(kept.instance());
      } else if (place instanceof Place.Open<P> open) {
        instances.add(making.of(open.wanted()));
      }
    }
    return instances;
  }

  private static <P extends Plugin> void stay(List<Place<P>> places) {
    for (Place<P> place : places) {
      if (place instanceof Place.Kept<P> kept) {
        kept.instance().uses().take();
      }
    }
  }
}
