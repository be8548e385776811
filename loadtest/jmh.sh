#!/bin/sh
# Runs JMH benchmarks of the built tree: loadtest/jmh.sh NAME [options of JMH], such as -prof gc. Without a name it lists them.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
java="$("$home/bin/jdk")/bin/java"
[ -f "$home/loadtest/target/class-path" ] || "$home/mvnw" -f "$home/pom.xml" -q -DskipTests package
[ $# -gt 0 ] || set -- -l
exec "$java" -cp "$home/loadtest/target/classes:$(cat "$home/loadtest/target/class-path")" org.openjdk.jmh.Main \
  -jvmArgsAppend "$("$home/bin/flags")" "$@"
