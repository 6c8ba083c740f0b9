# With an interceptor that is for the sessions of somebody else.
INTERCEPTORS="interceptors:
  - plugin: query-log
    config: {file: \"$BENCH_DIR/data/queries.jsonl\"}
    only: {users: [nobody]}"
. "$(dirname "$0")/postern-lib.sh"
