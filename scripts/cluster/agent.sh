#!/bin/sh
# What ssh is to a launcher: runs a command on a host that network.mjs has made.
#   agent.sh [options of ssh] HOST COMMAND...
# The host has a name of its own, so that libraries do not take ranks for neighbours that share
# memory, and one core.
set -eu
while [ "${1#-}" != "$1" ]; do shift; done
host=$1
shift
number=${host#h}
set -- "$*"
command=$1
# The cores in turn.
set -- $STEEPEST_HOSTS_CORES
shift $((number % $#))
export STEEPEST_HOST_CORE="$1"
exec ip netns exec "$STEEPEST_HOSTS-$host" unshare --uts \
  sh -c 'hostname "$1" && exec taskset -c "$2" sh -c "$3"' sh "$host" "$1" "$command"
