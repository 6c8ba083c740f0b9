# With ten interceptors, each of which decides on one message that nobody sends. Their plugin is compiled here, by a JDK 25 in JAVA_HOME
# or on PATH.
jdk=${JAVA_HOME:+$JAVA_HOME/bin/}
if [ "$1" = available ]; then
  "${jdk}javac" -version 2>&1 | grep -q '^javac 2[5-9]' || exit 1
fi
INTERCEPTORS="interceptors:
$(for i in 0 1 2 3 4 5 6 7 8 9; do echo "  - {plugin: rare, name: rare-$i}"; done)"
PLUGINS="plugins: {directory: \"$BENCH_DIR/plugins\"}"
with_plugins() { # directory
  cp "$(dist)"/plugins/postern-plugin-scram-*.jar "$(dist)"/plugins/postern-plugin-static-routes-*.jar "$1/"
  source=$(dirname "$0")/../plugins/rare
  "${jdk}javac" --release 25 -proc:none -cp "$(ls "$(dist)"/lib/*.jar | paste -s -d : -)" -d "$1.rare" "$source"/*.java
  printf 'Postern-Api: 1\n' >"$1.manifest"
  "${jdk}jar" --create --file "$1/rare.jar" --manifest "$1.manifest" -C "$1.rare" . -C "$source" META-INF
}
. "$(dirname "$0")/postern-lib.sh"
