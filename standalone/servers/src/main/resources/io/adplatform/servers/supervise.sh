# Runs a server and ends it when standard input closes, whether by intent or because the launcher is gone.
# Arguments: stop signal, seconds of grace, pid file, command...
signal=$1 grace=$2 file=$3
shift 3
exec 3<&0
sh -c '
  file=$1
  shift
  read -r stat <"/proc/$$/stat"
  fields=${stat##*) }
  start=$(echo "$fields" | cut -d " " -f 20)
  echo "$$ $start" >"$file.part" && mv "$file.part" "$file"
  exec "$@"
' child "$file" "$@" </dev/null 3<&- &
child=$!
{
  while read -r _; do :; done
  kill -s "$signal" "$child"
  ticks=$((grace * 10))
  while [ "$ticks" -gt 0 ] && kill -s 0 "$child"; do
    sleep 0.1
    ticks=$((ticks - 1))
  done
  kill -s KILL "$child"
} <&3 3<&- >/dev/null 2>&1 &
watcher=$!
exec 3<&- </dev/null
wait "$child"
code=$?
kill -s KILL "$watcher" 2>/dev/null
# a launcher that was started anew may have put its own child's there
read -r pid _ 2>/dev/null <"$file" && [ "$pid" = "$child" ] && rm -f "$file"
exit "$code"
