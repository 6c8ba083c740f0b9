package dev.postern.plugins.rules;

import java.util.List;

/**
 * A line that says something.
 *
 * @param fields one or more, each with one value or more
 */
record Line(Place place, List<List<Token>> fields) {}
