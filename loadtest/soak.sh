#!/bin/sh
# The soak (see io.adplatform.loadtest.soak): an hour of bids and beacons at a moderate rate, and the memory of each process, or --minutes N
# [--rate R] [--seed S]; other options are passed to `up`. The JVMs keep count of their native memory.
set -eu
scenario=soak
. "$(dirname "$0")/scenario.sh"
export JDK_JAVA_OPTIONS="-XX:NativeMemoryTracking=summary ${JDK_JAVA_OPTIONS:-}"
run "$java" -cp "$classes" io.adplatform.loadtest.soak.SoakRun "$home" "$folder" "$@"
