# With the bundled query log observing every statement, to a file.
INTERCEPTORS="interceptors:
  - plugin: query-log
    config: {file: \"$BENCH_DIR/data/queries.jsonl\"}"
. "$(dirname "$0")/postern-lib.sh"
