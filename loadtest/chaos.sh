#!/bin/sh
# The chaos run (see io.adplatform.loadtest.chaos): ten minutes of load while servers are killed, paused and cut off and disks fill, or --seconds N
# [--seed S] [--rate R]; other options are passed to `up`. The journal gets a small disk of its own, in memory, where this user may mount one.
set -eu
scenario=chaos
. "$(dirname "$0")/scenario.sh"
journal=$folder/data/journal
# The floors are small so that the disk may be: it has to hold what is recorded while Kafka is away.
mkdir -p "$journal"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=384m,mode=700 adplatform-chaos "$journal" 2>/dev/null; then
  export ADPLATFORM_JOURNAL_AUCTION_FLOOR_MIB=64 ADPLATFORM_JOURNAL_SIGNAL_FLOOR_MIB=16
  before_leaving() {
    rm -f "$journal/ballast"
    [ "$status" -eq 0 ] || cp -a "$journal" "$folder/journal"
    umount "$journal" || umount -l "$journal"
  }
fi
run "$java" -cp "$classes" io.adplatform.loadtest.chaos.ChaosRun "$home" "$folder" "$@"
