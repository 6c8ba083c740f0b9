# Sourced by mvnw and quickstart.

is_jdk_25() {
  [ -x "$1/bin/javac" ] && [ -f "$1/release" ] && grep -q '^JAVA_VERSION="25[".]' "$1/release"
}

# Prints the home of a JDK 25 from the environment, from PATH or from the usual places; nothing where there is none.
find_jdk_25() {
  on_path=$(command -v javac || true)
  [ -z "$on_path" ] || on_path=$(readlink -f -- "$on_path" 2>/dev/null || printf '%s' "$on_path")
  for candidate in "${JAVA_HOME:-}" "${JAVA_HOME_25:-}" "${JAVA_HOME_25_X64:-}" "${JDK_25:-}" "${on_path%/bin/javac}" \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
      printf '%s' "$candidate"
      return
    fi
  done
}

no_jdk_25="Postern is built with JDK 25 and none was found in JAVA_HOME, on PATH or in the usual places. Install one, \
for instance Eclipse Temurin 25 (Debian and Ubuntu: temurin-25-jdk from the Adoptium repository; macOS: \
brew install --cask temurin@25; anywhere: sdk install java 25-tem), or set JAVA_HOME to it."
