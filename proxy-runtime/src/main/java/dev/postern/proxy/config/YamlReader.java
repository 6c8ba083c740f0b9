package dev.postern.proxy.config;

import dev.postern.proxy.config.ConfigNode.Entry;
import dev.postern.proxy.config.ConfigNode.Mapping;
import dev.postern.proxy.config.ConfigNode.Nothing;
import dev.postern.proxy.config.ConfigNode.Scalar;
import dev.postern.proxy.config.ConfigNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * YAML 1.2 to nodes. Duplicate keys, tags, anchors and aliases are refused; the words {@code null}
 * and {@code ~} stand for nothing. Messages never quote the file's text: it may hold a secret.
 */
final class YamlReader {
  private static final Set<Tag> STANDARD =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.SEQ, Tag.MAP, new Tag("!"));
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

  private final String file;
  private final Problems problems;
  private boolean complete = true;

  YamlReader(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * The document's top; an empty document is a mapping without keys. Nothing, if problems keep so
   * much from being understood that looking for further ones would mislead.
   */
  Optional<ConfigNode> read(String yaml) {
    Location whole = new Location(file, 0, 0, "");
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(file).build();
      Optional<Node> root = new Compose(settings).composeString(yaml);
      ConfigNode top = root.map(node -> convert(node, "")).orElseGet(() -> Mapping.empty(whole));
      return complete ? Optional.of(top) : Optional.empty();
    } catch (MarkedYamlEngineException e) {
      problems.add(location(e.getProblemMark().or(e::getContextMark), ""), syntaxError(e));
    } catch (YamlEngineException | StackOverflowError e) {
      problems.add(
          whole,
          "not readable as YAML: too large, nested too deeply, or with a character in it that no"
              + " text has");
    }
    return Optional.empty();
  }

  private static String syntaxError(MarkedYamlEngineException e) {
    String problem = e.getProblem();
    if (problem.startsWith("found undefined alias")) {
      return "aliases are not supported; put quotes around a value that begins with *";
    }
    if (problem.startsWith("found undefined tag handle")) {
      return "tags are not supported; put quotes around a value that begins with !";
    }
    if (problem.startsWith("mapping values are not allowed here")) {
      return "not valid YAML: a \": \" that cannot stand here (check the indentation, or put quotes"
          + " around the value)";
    }
    return "not valid YAML: " + Shown.message(problem);
  }

  private ConfigNode convert(Node node, String path) {
    Location location = location(node.getStartMark(), path);
    if (node.getAnchor().isPresent()) {
      return notUnderstood(location, "anchors and aliases are not supported; write the value out");
    }
    if (!STANDARD.contains(node.getTag())) {
      return notUnderstood(
          location, "tags are not supported; put quotes around a value that begins with !");
    }
    // A pattern switch would cost more at start-up than the whole file: it is linked at its first
    // use.
    if (node instanceof ScalarNode scalar) {
      boolean nothing = scalar.isPlain() && NULLS.contains(scalar.getValue());
      return nothing
          ? new Nothing(location)
          : new Scalar(location, scalar.getValue(), scalar.isPlain());
    } else if (node instanceof SequenceNode sequence) {
      return sequence(sequence, location);
    } else if (node instanceof MappingNode mapping) {
      return mapping(mapping, location);
    }
    throw new IllegalStateException("unexpected node " + node.getNodeType());
  }

  private Nothing notUnderstood(Location location, String message) {
    problems.add(location, message);
    complete = false;
    return new Nothing(location);
  }

  private Sequence sequence(SequenceNode node, Location location) {
    List<ConfigNode> items = new ArrayList<>();
    for (Node item : node.getValue()) {
      items.add(convert(item, location.path() + "[" + items.size() + "]"));
    }
    return new Sequence(location, items);
  }

  private Mapping mapping(MappingNode node, Location location) {
    LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      Location keyAt = location(tuple.getKeyNode().getStartMark(), location.path());
      if (!(tuple.getKeyNode() instanceof ScalarNode key) || key.getAnchor().isPresent()) {
        notUnderstood(keyAt, "a key has to be a plain word");
        continue;
      }
      Location at = keyAt.child(Shown.line(key.getValue()));
      Entry first = entries.get(key.getValue());
      if (first != null) {
        problems.add(
            at, "written twice; the first one is in line " + first.key().line() + " (keep one)");
        continue;
      }
      entries.put(key.getValue(), new Entry(at, convert(tuple.getValueNode(), at.path())));
    }
    return new Mapping(location, entries);
  }

  private Location location(Optional<Mark> mark, String path) {
    return mark.map(m -> new Location(file, m.getLine() + 1, m.getColumn() + 1, path))
        .orElseGet(() -> new Location(file, 0, 0, path));
  }
}
