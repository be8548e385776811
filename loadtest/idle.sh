#!/bin/sh
# What an idle `up` takes of a core for its lanes and its media driver (with the archive, on one thread): loadtest/idle.sh [DATA] [SECONDS].
# DATA is the folder of an `up` that runs (.adplatform), SECONDS how long is looked (60). Exit code 1 where it is one percent or more. Reads
# the scheduler's own count of nanoseconds on a processor, /proc/PID/task/TID/schedstat: sampling would miss threads that run for microseconds.
set -eu
data=${1:-${ADPLATFORM_DATA:-.adplatform}}
seconds=${2:-60}
if [ ! -r "$data/run/launcher.pid" ]; then
  echo "No exchange runs on $data: start one with ./adplatform up --data $data" >&2
  exit 2
fi
# In one JVM the launcher's own threads, with --split those of the processes that it started.
read -r launcher _ <"$data/run/launcher.pid"
if [ ! -d "/proc/$launcher" ]; then
  echo "No exchange runs on $data: its launcher has ended" >&2
  exit 2
fi

# Lines "thread nanoseconds", one for each hot thread.
hot() {
  for process in "$launcher" $(cat "/proc/$launcher"/task/*/children 2>/dev/null); do
    for task in "/proc/$process"/task/*; do
      name=$(cat "$task/comm" 2>/dev/null) || continue
      case $name in
        lane-watchdog) ;;
        lane-* | journal-driver)
          read -r nanos _ <"$task/schedstat"
          echo "$process/${task##*/}/$name $nanos"
          ;;
      esac
    done
  done
}

before=$(mktemp)
trap 'rm -f "$before"' EXIT
hot >"$before"
if [ ! -s "$before" ]; then
  echo "The processes on $data have no lanes" >&2
  exit 2
fi
started=$(date +%s%N)
sleep "$seconds"
passed=$(($(date +%s%N) - started))
echo "load average: $(cut -d ' ' -f 1-3 /proc/loadavg)"
hot | awk -v passed="$passed" -v file="$before" '
  BEGIN { while ((getline line < file) > 0) { split(line, part, " "); was[part[1]] = part[2] } }
  $1 in was { share = ($2 - was[$1]) * 100 / passed; all += share; printf "%-40s %6.3f %% of a core\n", $1, share }
  END { printf "%-40s %6.3f %% of a core\n", "together", all; exit all < 1 ? 0 : 1 }'
