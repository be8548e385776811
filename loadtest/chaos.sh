#!/bin/sh
# The chaos run (see io.adplatform.loadtest.chaos): ten minutes of load while servers are killed and paused, or --seconds N [--seed S] [--rate R]; other options are passed to `up`.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
java="$("$home/bin/jdk")/bin/java"
[ -f "$home/loadtest/target/class-path" ] || "$home/mvnw" -f "$home/pom.xml" -q -DskipTests package
folder=$(mktemp -d "${TMPDIR:-/tmp}/adplatform-chaos.XXXXXX")
status=0
"$java" -cp "$home/loadtest/target/classes:$(cat "$home/loadtest/target/class-path")" \
  io.adplatform.loadtest.chaos.ChaosRun "$home" "$folder" "$@" || status=$?
if [ "$status" -eq 0 ]; then
  rm -rf "$folder"
else
  echo "The data and logs of this run are in $folder" >&2
fi
exit "$status"
