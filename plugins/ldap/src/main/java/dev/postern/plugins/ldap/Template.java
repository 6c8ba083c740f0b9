package dev.postern.plugins.ldap;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Puts values into DNs and filters so that they stay values: every byte of their UTF-8 that is not
 * a letter, a digit or one of {@code -._@} is written as a backslash and two hexadecimal digits,
 * which both RFC 4514 (section 2.4) and RFC 4515 (section 3) allow for any byte.
 */
final class Template {
  static final String USER = "{user}";
  static final String DN = "{dn}";

  private Template() {}

  /** The template with its placeholders replaced, in one pass: a value is not looked at again. */
  static String expand(String template, Map<String, String> values) {
    StringBuilder expanded = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      String placeholder = placeholderAt(template, at, values);
      if (placeholder.isEmpty()) {
        expanded.append(template.charAt(at++));
      } else {
        expanded.append(escape(values.getOrDefault(placeholder, "")));
        at += placeholder.length();
      }
    }
    return expanded.toString();
  }

  private static String placeholderAt(String template, int at, Map<String, String> values) {
    for (String placeholder : values.keySet()) {
      if (template.startsWith(placeholder, at)) {
        return placeholder;
      }
    }
    return "";
  }

  static String escape(String value) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      if (isPlain(b)) {
        escaped.append((char) b);
      } else {
        escaped.append("\\%02x".formatted(b & 0xFF));
      }
    }
    return escaped.toString();
  }

  private static boolean isPlain(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '-'
        || b == '.'
        || b == '_'
        || b == '@';
  }
}
