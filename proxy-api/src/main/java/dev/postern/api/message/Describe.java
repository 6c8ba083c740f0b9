package dev.postern.api.message;

/**
 * Asks what a prepared statement takes and gives ({@link ParameterDescription}, then {@link
 * RowDescription} or {@link NoData}), or what a portal gives.
 *
 * @param target which of the two
 * @param name empty for the unnamed one
 */
public record Describe(Target target, String name) implements FrontendMessage {}
