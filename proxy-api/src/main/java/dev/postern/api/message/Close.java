package dev.postern.api.message;

/**
 * Forgets a prepared statement or a portal; no error if there is none.
 *
 * @param target which of the two
 * @param name empty for the unnamed one
 */
public record Close(Target target, String name) implements FrontendMessage {}
