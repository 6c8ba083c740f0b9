package dev.postern.plugins.mask;

import java.util.List;

/** How a statement ends a transaction block, if it does. */
enum TransactionEnd {
  NONE,
  /** ROLLBACK or ABORT, also to a savepoint. */
  ROLLBACK,
  /** COMMIT or END. */
  COMMIT;

  static TransactionEnd of(String sql) {
    List<List<Token>> statements = Lexer.read(sql).statements();
    if (statements.isEmpty()) {
      return NONE;
    }
    Token command = statements.getFirst().getFirst();
    if (command.isKeyword("rollback") || command.isKeyword("abort")) {
      return ROLLBACK;
    }
    return command.isKeyword("commit") || command.isKeyword("end") ? COMMIT : NONE;
  }
}
