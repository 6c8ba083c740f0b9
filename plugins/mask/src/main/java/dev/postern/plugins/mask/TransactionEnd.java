package dev.postern.plugins.mask;

/** How a text ends a transaction block, if that is all that it does. */
enum TransactionEnd {
  /** Not, or there is more in it, which the server would carry out behind the end. */
  NONE,
  /** ROLLBACK or ABORT, also to a savepoint. */
  ROLLBACK,
  /** COMMIT or END. */
  COMMIT;

  static TransactionEnd of(String sql) {
    Lexer.Lexemes lexemes = Lexer.read(sql);
    if (lexemes.statements().size() != 1 || lexemes.ambiguous()) {
      return NONE;
    }
    Token command = lexemes.statements().getFirst().getFirst();
    if (command.isKeyword("rollback") || command.isKeyword("abort")) {
      return ROLLBACK;
    }
    return command.isKeyword("commit") || command.isKeyword("end") ? COMMIT : NONE;
  }
}
