#!/bin/sh
# The endpoint under load beside a bare server (see io.adplatform.loadtest.http). Needs Debian's wrk. Arguments: [line items, or beacons] [rounds] [seconds a round] [share of requests recorded in full].
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
java="$("$home/bin/jdk")/bin/java"
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }
[ -f "$home/loadtest/target/class-path" ] || "$home/mvnw" -f "$home/pom.xml" -q -DskipTests package
flags=$("$home/bin/flags")
folder=$(mktemp -d "${TMPDIR:-/tmp}/adplatform-http.XXXXXX")
# shellcheck disable=SC2086
"$java" $flags "-Dadplatform.jvm.flags=$flags" -cp "$home/loadtest/target/classes:$(cat "$home/loadtest/target/class-path")" \
  io.adplatform.loadtest.http.HttpComparison "$home" "$folder" "$@"
rm -rf "$folder"
