package dev.postern.plugins.mask;

import dev.postern.api.routing.Backend;

/** A database on a server. */
record CatalogKey(Backend backend, String database) {
  @Override
  public String toString() {
    return backend.address() + "/" + database;
  }
}
