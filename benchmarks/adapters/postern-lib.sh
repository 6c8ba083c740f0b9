# Postern from its own distribution. The caller may set MODE (session, transaction, dedicated), LOOPS, TRANSPORT and, as YAML, AUTHENTICATORS,
# ROUTERS (more of them), INTERCEPTORS and PLUGINS;
# with PLUGINS it defines with_plugins, which fills a directory.
# POSTERN_DIST: an unpacked distribution; otherwise the linux-x64 zip of the last build is unpacked.
. "$(dirname "$0")/lib.sh"

dist() {
  [ -n "$POSTERN_DIST" ] && { echo "$POSTERN_DIST"; return; }
  zip=$(ls -t "$(dirname "$0")"/../../distribution/target/postern-*-linux-x64.zip 2>/dev/null | head -1)
  [ -n "$zip" ] || return 1
  to=${TMPDIR:-/tmp}/postern-bench-$(stat -c %Y-%i "$zip")
  if [ ! -d "$to" ]; then
    mkdir "$to.new" && unzip -q "$zip" -d "$to.new" && chmod -R a+rX "$to.new" && mv "$to.new" "$to"
  fi
  echo "$to"/postern-*
}

scram_only='authenticator: {plugin: scram}'

postern() { # command and arguments, as the unprivileged user
  $RUN_AS env "POSTERN_CONF=$BENCH_DIR/conf" "POSTERN_DATA=$BENCH_DIR/data" "$(dist)/bin/postern" "$@"
}

case $1 in
  available) dist >/dev/null ;;
  version) "$(dist)/bin/postern" version ;;
  caps)
    pool=${MODE:-session}
    [ "$pool" = dedicated ] && pool=none
    echo "pool=$pool prepared tls" ;;
  start)
    size=$POOL_SIZE
    [ "${MODE:-session}" = transaction ] || size=$SESSION_POOL_SIZE
    $RUN_AS mkdir -p -m 700 "$BENCH_DIR/conf" "$BENCH_DIR/data"
    cp "$(dist)/conf/jvm.options" "$TLS_CERT" "$TLS_KEY" "$BENCH_DIR/conf/"
    cert=$(basename "$TLS_CERT") key=$(basename "$TLS_KEY")
    chown "$(stat -c %u:%g "$BENCH_DIR/data")" "$BENCH_DIR"/conf/*
    chmod 600 "$BENCH_DIR/conf/$key"
    cat >"$BENCH_DIR/conf/postern.yaml" <<CFG
listeners:
  - host: 127.0.0.1
    port: $LISTEN_PORT
    tls: {mode: optional, certificate: "$BENCH_DIR/conf/$cert", key: "$BENCH_DIR/conf/$key"}
network: {transport: ${TRANSPORT:-auto}, event-loops: ${LOOPS:-0}}
limits: {sessions: $MAX_CLIENTS, logins: $MAX_CLIENTS}
${PLUGINS:-}
${AUTHENTICATORS:-$scram_only}
routers:
  - plugin: static-routes
    config:
      routes:
        - name: bench
          pool: {mode: ${MODE:-session}, size: $size}
          backends:
            - {host: $PG_HOST, port: $PG_PORT, tls: {mode: disable}}
${ROUTERS:-}
${INTERCEPTORS:-}
CFG
    if [ -n "${PLUGINS:-}" ]; then
      mkdir -p "$BENCH_DIR/plugins"
      with_plugins "$BENCH_DIR/plugins"
      chmod -R a+rX "$BENCH_DIR/plugins"
    fi
    # Connections are not logged, as in PgBouncer's configuration beside this.
    cat >"$BENCH_DIR/conf/logback.xml" <<'CFG'
<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%d %-5level %logger{0}: %msg %kvp%n</pattern></encoder></appender>
  <root level="WARN"><appender-ref ref="out"/></root>
  <logger name="dev.postern.access" level="OFF"/>
</configuration>
CFG
    chmod 644 "$BENCH_DIR/conf/logback.xml" "$BENCH_DIR/conf/postern.yaml"
    # Once: it is no part of a start.
    [ -e "$BENCH_DIR/data/users.mv.db" ] ||
      printf '%s\n' "$PG_VERIFIER" | postern user add "$PG_USER" --verifier-stdin >>"$BENCH_DIR/log" 2>&1
    spawn env "POSTERN_CONF=$BENCH_DIR/conf" "POSTERN_DATA=$BENCH_DIR/data" \
      "JAVA_OPTS=-Dlogback.configurationFile=$BENCH_DIR/conf/logback.xml ${POSTERN_JAVA_OPTS:-}" "$(dist)/bin/postern" run ;;
  stop) stop_pid TERM ;;
esac
