package dev.postern.api.message;

/**
 * A column of a {@link RowDescription}.
 *
 * @param name what the client sees
 * @param tableOid object id (unsigned) of the table that it comes from, else 0
 * @param columnNumber its number in that table, else 0
 * @param typeOid object id (unsigned) of its type
 * @param typeSize bytes; negative for a type of variable size
 * @param typeModifier depends on the type; -1 for none
 * @param format of its values; from a Describe of a statement, always text, since it is not known
 *     yet
 */
public record FieldDescription(
    String name,
    int tableOid,
    short columnNumber,
    int typeOid,
    short typeSize,
    int typeModifier,
    Format format) {}
