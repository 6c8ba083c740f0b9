# With one masked column in the rows of W9. The plugin asks the catalog as the bench's own user.
if [ "$1" = start ]; then
  (umask 077 && printf %s "$PG_PASSWORD" >"$BENCH_DIR/catalog.password")
  chown "$(stat -c %u:%g "$TLS_KEY")" "$BENCH_DIR/catalog.password"
fi
INTERCEPTORS="interceptors:
  - plugin: mask
    config:
      catalog: {user: $PG_USER, password: {file: \"$BENCH_DIR/catalog.password\"}}
      policies:
        - name: bench
          columns:
            - {table: public.wide, column: secret, with: partial, keep-last: 4}"
. "$(dirname "$0")/postern-lib.sh"
