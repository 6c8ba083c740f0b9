# Transaction pooling, Java NIO only.
MODE=transaction TRANSPORT=nio
. "$(dirname "$0")/postern-lib.sh"
