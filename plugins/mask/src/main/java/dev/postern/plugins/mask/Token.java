package dev.postern.plugins.mask;

/**
 * A lexeme of SQL.
 *
 * @param text a word in lower case; a quoted identifier without its quotes, in lower case too; a
 *     symbol of one character; else empty
 */
record Token(Kind kind, String text) {
  enum Kind {
    WORD,
    QUOTED,
    STRING,
    NUMBER,
    PARAMETER,
    SYMBOL
  }

  static final Token STRING = new Token(Kind.STRING, "");
  static final Token NUMBER = new Token(Kind.NUMBER, "");
  static final Token PARAMETER = new Token(Kind.PARAMETER, "");

  /** Stands where there is none. */
  static final Token NONE = new Token(Kind.SYMBOL, "");

  boolean isSymbol(char symbol) {
    return kind == Kind.SYMBOL && text.length() == 1 && text.charAt(0) == symbol;
  }

  boolean isKeyword(String keyword) {
    return kind == Kind.WORD && text.equals(keyword);
  }

  boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED;
  }

  boolean isAscii() {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
