#!/bin/sh
# The way of an event without HTTP, stage by stage (see io.adplatform.loadtest.events). Arguments: [events of a round] [rounds].
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
java="$("$home/bin/jdk")/bin/java"
[ -f "$home/loadtest/target/class-path" ] || "$home/mvnw" -f "$home/pom.xml" -q -DskipTests package
folder=$(mktemp -d "${TMPDIR:-/tmp}/adplatform-events.XXXXXX")
# shellcheck disable=SC2046
"$java" $("$home/bin/flags") -Xmx1g -XX:+UseParallelGC -cp "$home/loadtest/target/classes:$(cat "$home/loadtest/target/class-path")" \
  io.adplatform.loadtest.events.EventRates "$home" "$folder" "$@"
rm -rf "$folder"
