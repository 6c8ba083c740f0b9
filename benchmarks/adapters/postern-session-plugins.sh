# With every bundled plugin in use. The directory server and the issuer are not there: they are asked at logins only, and scram answers first.
if [ "$1" = start ]; then
  (
    umask 077
    printf %s "$PG_PASSWORD" >"$BENCH_DIR/catalog.password"
    head -c 32 /dev/urandom | base64 >"$BENCH_DIR/audit.key"
    echo 'host all all all scram-sha-256' >"$BENCH_DIR/pg_hba.conf"
    echo 'tenants: [{name: acme, match: {database: acme}, backends: [{host: 127.0.0.1, tls: {mode: disable}}]}]' >"$BENCH_DIR/tenants.yaml"
  )
  owner=$(stat -c %u:%g "$TLS_KEY")
  for file in catalog.password audit.key pg_hba.conf tenants.yaml; do chown "$owner" "$BENCH_DIR/$file"; done
fi
AUTHENTICATORS="authenticators:
  chain:
    - plugin: rules
      config: {file: \"$BENCH_DIR/pg_hba.conf\", methods: {scram-sha-256: scram}}
    - plugin: scram
    - plugin: ldap
      config: {servers: [\"ldaps://127.0.0.1:1\"], user-dn: \"uid={user},dc=bench\"}
    - plugin: oauth
      config: {issuer: \"https://127.0.0.1:1/\", audience: [bench], scopes: [openid], user: {claim: sub}}"
ROUTERS="  - plugin: tenant
    config: {file: \"$BENCH_DIR/tenants.yaml\"}"
INTERCEPTORS="interceptors:
  - plugin: query-log
    config: {file: \"$BENCH_DIR/data/queries.jsonl\"}
  - plugin: recorder
    config: {directory: \"$BENCH_DIR/data/recordings\"}
  - plugin: limits
    config: {limits: [{name: all, statements: {rate: 1000000000}}]}
  - plugin: audit
    config: {directory: \"$BENCH_DIR/data/audit\", key: {file: \"$BENCH_DIR/audit.key\"}}
  - plugin: mask
    config:
      catalog: {user: $PG_USER, password: {file: \"$BENCH_DIR/catalog.password\"}}
      policies:
        - name: bench
          columns:
            - {table: public.wide, column: secret, with: partial, keep-last: 4}"
. "$(dirname "$0")/postern-lib.sh"
