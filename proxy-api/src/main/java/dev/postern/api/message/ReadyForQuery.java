package dev.postern.api.message;

/**
 * The server has answered everything up to one {@link Query}, {@link Sync} or {@link FunctionCall}.
 *
 * @param status where the session stands
 */
public record ReadyForQuery(TransactionStatus status) implements BackendMessage {}
