#!/bin/sh
# The way of an event without HTTP, stage by stage, to the ledger and ClickHouse (see io.adplatform.loadtest.events). Arguments: [events of a round] [rounds]
# [settled, to begin with settlement].
set -eu
scenario=events
. "$(dirname "$0")/scenario.sh"
# shellcheck disable=SC2046
run "$java" $("$home/bin/flags") -Xmx1g -XX:+UseParallelGC -cp "$classes" io.adplatform.loadtest.events.EventRates "$home" "$folder" "$@"
