# Of every scenario, sourced with its name: home, java and classes of the built tree, which it builds first where there is none, and an empty folder.
home=$(cd "$(dirname "$0")/.." && pwd)
java="$("$home/bin/jdk")/bin/java"
[ -f "$home/loadtest/target/class-path" ] || "$home/mvnw" -f "$home/pom.xml" -q -DskipTests package
classes="$home/loadtest/target/classes:$(cat "$home/loadtest/target/class-path")"
folder=$(mktemp -d "${TMPDIR:-/tmp}/adplatform-$scenario.XXXXXX")

# What a scenario does when its command has ended, whatever came of it; one with something to do says so in a function of this name.
before_leaving() { :; }

# Runs a command and removes the folder, or says where it is where the command failed.
run() {
  status=0
  trap 'before_leaving' EXIT
  trap 'exit 130' INT TERM
  "$@" || status=$?
  trap - EXIT INT TERM
  before_leaving
  if [ "$status" -eq 0 ]; then
    rm -rf "$folder"
  else
    echo "The data and logs of this run are in $folder" >&2
  fi
  exit "$status"
}
