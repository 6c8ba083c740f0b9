# Transaction pooling, the best transport that works here.
MODE=transaction
. "$(dirname "$0")/postern-lib.sh"
