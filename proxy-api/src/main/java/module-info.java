/**
 * What a plugin of Postern is written against. The API is a module so that its sealed hierarchies
 * may span packages; plugins themselves are plain jars without a module name.
 */
module dev.postern.api {
  requires static transitive org.jspecify;
  requires transitive org.slf4j;

  exports dev.postern.api;
  exports dev.postern.api.auth;
  exports dev.postern.api.auth.settings;
  exports dev.postern.api.intercept;
  exports dev.postern.api.message;
  exports dev.postern.api.routing;
  exports dev.postern.api.routing.settings;
  exports dev.postern.api.session;
  exports dev.postern.api.user;
}
