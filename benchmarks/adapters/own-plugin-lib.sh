# For adapters with a plugin of benchmarks/plugins, which is compiled here by a JDK 25 in JAVA_HOME or on PATH. The caller sets OWN_PLUGIN,
# the name of its folder, and INTERCEPTORS.
jdk=${JAVA_HOME:+$JAVA_HOME/bin/}
if [ "$1" = available ]; then
  "${jdk}javac" -version 2>&1 | grep -q '^javac 2[5-9]' || exit 1
fi
PLUGINS="plugins: {directory: \"$BENCH_DIR/plugins\"}"
with_plugins() { # directory
  cp "$(dist)"/plugins/postern-plugin-scram-*.jar "$(dist)"/plugins/postern-plugin-static-routes-*.jar "$1/"
  source=$(dirname "$0")/../plugins/$OWN_PLUGIN
  "${jdk}javac" --release 25 -proc:none -cp "$(ls "$(dist)"/lib/*.jar | paste -s -d : -)" -d "$1.classes" "$source"/*.java
  printf 'Postern-Api: 1\n' >"$1.manifest"
  "${jdk}jar" --create --file "$1/$OWN_PLUGIN.jar" --manifest "$1.manifest" -C "$1.classes" . -C "$source" META-INF
}
. "$(dirname "$0")/postern-lib.sh"
