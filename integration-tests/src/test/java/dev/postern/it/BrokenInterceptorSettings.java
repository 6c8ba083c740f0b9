package dev.postern.it;

import static dev.postern.it.BrokenSettings.LIMITS;
import static dev.postern.it.BrokenSettings.MASK;
import static dev.postern.it.BrokenSettings.later;
import static dev.postern.it.BrokenSettings.wrong;

import java.util.ArrayList;
import java.util.List;

/** Settings of the bundled interceptors, each wrong in one thing. */
final class BrokenInterceptorSettings {
  private BrokenInterceptorSettings() {}

  static List<Breakage> all() {
    List<Breakage> all = new ArrayList<>();
    all.addAll(queryLog());
    all.addAll(recorder());
    all.addAll(limits());
    all.addAll(mask());
    return all;
  }

  private static List<Breakage> queryLog() {
    return List.of(
        wrong("query-log", "max-length: many", "max-length: many (expected: a whole number)"),
        wrong("query-log", "max-length: 0", "max-length: 0 (expected: 1..1000000)"),
        wrong("query-log", "max-length: 99999999999", "max-length: "),
        wrong("query-log", "redact-literals: perhaps", "redact-literals: perhaps (expected: "),
        wrong("query-log", "slower-than: soon", "slower-than: soon (expected: "),
        wrong("query-log", "slower-than: -1s", "slower-than: "),
        wrong("query-log", "users: [alice]", "users: a list (expected: "),
        wrong("query-log", "users: {includes: [a]}", "users.includes: unknown setting"),
        wrong("query-log", "file: [a]", "file: a list (expected: "),
        later("query-log", "file: conf", "conf"),
        later("query-log", "file: conf/postern.yaml/q.jsonl", "conf/postern.yaml"));
  }

  private static List<Breakage> recorder() {
    return List.of(
        wrong("recorder", "max-file-size: 1KiB", "max-file-size: 1KiB (expected: 4KiB or more)"),
        wrong("recorder", "max-total-size: large", "max-total-size: large (expected: "),
        wrong("recorder", "max-file-size: -5MiB", "max-file-size: "),
        wrong("recorder", "redact: {everything: true, row-values: false}", "redact.everything: "),
        wrong("recorder", "redact: all", "redact: a single value (expected: the keys "),
        wrong("recorder", "databases: 5", "databases: a single value (expected: "),
        later("recorder", "directory: conf/postern.yaml", "conf/postern.yaml"));
  }

  private static List<Breakage> limits() {
    return List.of(
        wrong("limits", "", "limits: missing"),
        wrong("limits", "limits: []", "limits: empty (expected: one or more)"),
        wrong("limits", "limits: [{concurrent: 1}]", "limits[0].name: missing"),
        wrong("limits", "limits: [{name: a}]", "limits nothing (expected: one or more of"),
        wrong("limits", "limits: [{name: a, concurrent: 0}]", "limits[0].concurrent: 0"),
        wrong("limits", "limits: [{name: a, by: [users], concurrent: 1}]", "by[0]: users"),
        wrong("limits", "limits: [{name: a, by: [user, user], concurrent: 1}]", "by: names"),
        wrong(
            "limits",
            "limits: [{name: a, statements: 5}]",
            "statements: a single value (expected: the keys"),
        wrong("limits", "limits: [{name: a, statements: {rate: 0}}]", "statements.rate: 0"),
        wrong(
            "limits",
            "limits: [{name: a, rows: {rate: 1, per: 2d}}]",
            "rows.per: 172800 s (expected: 1ms..24h)"),
        wrong("limits", "limits: [{name: a, rows: {rate: 1, per: 25h}}]", "rows.per: "),
        wrong("limits", "limits: [{name: a, sent-bytes: {rate: 10}}]", "sent-bytes.rate: 10"),
        wrong("limits", "limits: [{name: a, concurrent: 1, max-delay: 5s}]", "max-delay: only"),
        wrong(
            "limits",
            "limits: [{name: a, concurrent: 1, action: delay, max-delay: 2h}]",
            "max-delay: out of range"),
        wrong("limits", "limits: [{name: a, concurrent: 1, action: wait}]", "action: wait"),
        wrong("limits", "limits: [{name: a, concurrent: 1, match: {user: []}}]", "match.user: emp"),
        wrong("limits", LIMITS + ", max-buckets: 1", "max-buckets: 1 (expected: 16..1000000)"),
        wrong(
            "limits",
            "limits: [{name: a, concurrent: 1}, {name: a, concurrent: 2}]",
            "two are named \"a\""));
  }

  private static List<Breakage> mask() {
    String column = "policies: [{name: p, columns: [{table: public.t, column: c, %s}]}]";
    String catalog = "catalog: {user: postgres}, ";
    return List.of(
        wrong("mask", MASK, "catalog", "missing"),
        wrong("mask", catalog + "policies: []", "policies: empty"),
        wrong("mask", catalog + "policies: [{name: p, columns: []}]", "columns: empty"),
        wrong("mask", catalog + column.formatted("with: secret"), "with: secret (expected: "),
        wrong("mask", catalog + column.formatted("with: fixed"), "value: missing"),
        wrong("mask", catalog + column.formatted("with: nulled, value: x"), "value: has no mean"),
        wrong("mask", catalog + column.formatted("with: hashed"), "key: missing or too short"),
        wrong(
            "mask",
            catalog + column.formatted("with: hashed, key: {file: conf/no.key}"),
            "key",
            "no.key"),
        wrong("mask", catalog + column.formatted("with: hashed, key: 0123456789abcdef0123"), "key"),
        wrong(
            "mask",
            catalog + column.formatted("with: hashed, key: {env: POSTERN_TEST_NOT_SET}"),
            "POSTERN_TEST_NOT_SET"),
        wrong(
            "mask", catalog + column.formatted("with: partial, keep-first: -1"), "keep-first: -1"),
        wrong("mask", catalog + column.formatted("with: partial, character: ab"), "character: ab"),
        wrong("mask", catalog + MASK.replace("public.t", "t"), "table: "),
        wrong("mask", "catalog: {user: \"\"}, " + MASK, "catalog.user: empty"),
        wrong("mask", "catalog: {user: a, refresh: 1ms}, " + MASK, "refresh: too short"),
        wrong("mask", "catalog: {user: a, max-age: 5s}, " + MASK, "max-age: not longer"),
        wrong("mask", catalog + MASK + ", trusted-functions: [f]", "trusted-functions: "));
  }
}
