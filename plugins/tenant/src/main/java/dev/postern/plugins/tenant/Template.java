package dev.postern.plugins.tenant;

import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts with placeholders, {@code {name}}, for what patterns have found. */
final class Template {
  static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z][a-z0-9-]*)\\}");

  private Template() {}

  static List<String> placeholders(String template) {
    return PLACEHOLDER.matcher(template).results().map(result -> result.group(1)).toList();
  }

  /** In one pass: a value is not looked at again. */
  static String expand(String template, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(
            (MatchResult result) ->
                Matcher.quoteReplacement(values.getOrDefault(result.group(1), "")));
  }
}
