package dev.postern.proxy.relay;

import dev.postern.proxy.pool.Statement;

/**
 * A name that a client gave to a statement.
 *
 * @param name as servers keep it, a char for each byte
 */
record Named(String name, Statement statement) {}
