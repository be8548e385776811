#!/bin/sh
# The chaos run (see io.adplatform.loadtest.chaos): ten minutes of load while servers are killed and paused, or --seconds N [--seed S] [--rate R]; other options are passed to `up`.
set -eu
scenario=chaos
. "$(dirname "$0")/scenario.sh"
run "$java" -cp "$classes" io.adplatform.loadtest.chaos.ChaosRun "$home" "$folder" "$@"
