# The best transport that works here.
. "$(dirname "$0")/postern-lib.sh"
