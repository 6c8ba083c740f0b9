# With ten interceptors, each of which decides on one message that nobody sends.
OWN_PLUGIN=rare
INTERCEPTORS="interceptors:
$(for i in 0 1 2 3 4 5 6 7 8 9; do echo "  - {plugin: rare, name: rare-$i}"; done)"
. "$(dirname "$0")/own-plugin-lib.sh"
