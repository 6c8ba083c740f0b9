package dev.postern.plugins.mask;

import dev.postern.api.message.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name that SQL gives or takes away: of a statement with PREPARE and DEALLOCATE, of a portal with
 * DECLARE and CLOSE. The protocol has the same names.
 *
 * @param name as {@link Lexer#name} has it; {@code null}: any
 */
record SqlName(Target target, @Nullable String name) {
  /** Any name. */
  static final List<SqlName> ALL =
      List.of(new SqlName(Target.STATEMENT, null), new SqlName(Target.PORTAL, null));

  boolean isOf(String protocolName) {
    return name == null || name.equals(Lexer.name(protocolName));
  }
}
