# With an interceptor that is interested in nothing: the query log for a user who never comes.
INTERCEPTORS="interceptors:
  - plugin: query-log
    config: {users: {include: [nobody-here]}}"
. "$(dirname "$0")/postern-lib.sh"
