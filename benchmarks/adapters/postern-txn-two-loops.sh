# Transaction pooling with two event loops, whatever the machine has.
MODE=transaction LOOPS=2
. "$(dirname "$0")/postern-lib.sh"
