#!/bin/sh
# The endpoint under load beside a bare server (see io.adplatform.loadtest.http). Needs Debian's wrk. Arguments: [line items, or beacons] [rounds] [seconds a round] [share of requests recorded in full].
set -eu
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }
scenario=http
. "$(dirname "$0")/scenario.sh"
flags=$("$home/bin/flags")
# shellcheck disable=SC2086
run "$java" $flags "-Dadplatform.jvm.flags=$flags" -cp "$classes" io.adplatform.loadtest.http.HttpComparison "$home" "$folder" "$@"
