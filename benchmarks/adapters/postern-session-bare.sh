# With the two plugins in its directory that it cannot do without.
PLUGINS="plugins: {directory: \"$BENCH_DIR/plugins\"}"
with_plugins() { # directory
  cp "$(dist)"/plugins/postern-plugin-scram-*.jar "$(dist)"/plugins/postern-plugin-static-routes-*.jar "$1/"
}
. "$(dirname "$0")/postern-lib.sh"
