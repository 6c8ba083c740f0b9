# With an interceptor that looks at each Query, and at nothing else.
OWN_PLUGIN=observer
INTERCEPTORS="interceptors:
  - plugin: observer"
. "$(dirname "$0")/own-plugin-lib.sh"
