#!/bin/sh
# A box without a battery begins in the past after a power cut: it goes on from the last instant that
# it knew, until the network tells the time. Never backwards. clock.sh save|restore
set -eu

FILE=${HOTLINE_CLOCK_FILE:-/data/clock}
DATE=${HOTLINE_DATE:-date}

known=$(head -c 20 "$FILE" 2>/dev/null | grep -xE '[0-9]{10,11}' || echo 0)
now=$("$DATE" +%s)
case ${1:?} in
save)
    [ "$now" -gt "$known" ] || exit 0
    echo "$now" >"$FILE.new"
    sync "$FILE.new"
    mv "$FILE.new" "$FILE"
    sync "$(dirname "$FILE")"
    ;;
restore)
    [ "$known" -le "$now" ] || "$DATE" --utc --set "@$known" >/dev/null
    ;;
*)
    echo "clock.sh save|restore" >&2
    exit 2
    ;;
esac
