# A server connection for each session, bytes as they come.
MODE=dedicated
. "$(dirname "$0")/postern-lib.sh"
