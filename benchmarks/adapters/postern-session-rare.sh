# With ten interceptors, each of which decides on one message that nobody sends. Their plugin is compiled here: a JDK 25 is needed.
INTERCEPTORS="interceptors:
$(for i in 0 1 2 3 4 5 6 7 8 9; do echo "  - {plugin: rare, name: rare-$i}"; done)"
PLUGINS="plugins: {directory: \"$BENCH_DIR/plugins\"}"
with_plugins() { # directory
  cp "$(dist)"/plugins/postern-plugin-scram-*.jar "$(dist)"/plugins/postern-plugin-static-routes-*.jar "$1/"
  source=$(dirname "$0")/../plugins/rare
  "${JAVA_HOME:+$JAVA_HOME/bin/}javac" --release 25 -proc:none -cp "$(ls "$(dist)"/lib/*.jar | paste -s -d : -)" -d "$1.rare" "$source"/*.java
  printf 'Postern-Api: 1\n' >"$1.manifest"
  "${JAVA_HOME:+$JAVA_HOME/bin/}jar" --create --file "$1/rare.jar" --manifest "$1.manifest" -C "$1.rare" . -C "$source" META-INF
}
. "$(dirname "$0")/postern-lib.sh"
