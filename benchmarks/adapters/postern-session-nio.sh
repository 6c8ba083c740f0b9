# Java NIO only.
TRANSPORT=nio
. "$(dirname "$0")/postern-lib.sh"
