#!/bin/sh
# A stick with an update (*.raucb at its top) was plugged in: takes the newest one. stick.sh DEVICE
set -eu

UPDATES=${HOTLINE_UPDATES:-/data/updates}
STICK=${HOTLINE_STICK:-/run/hotline-stick}
MOUNT=${HOTLINE_MOUNT:-mount -o ro,nosuid,nodev,noexec}
CONSOLE=${HOTLINE_CONSOLE:-/dev/console}
MOST=2147483648 # bytes

mkdir -p "$STICK"
$MOUNT "${1:?}" "$STICK"
found=$(find "$STICK" -maxdepth 1 -type f -iname '*.raucb' ! -name '.*' -size "-${MOST}c" | LC_ALL=C sort -V | tail -n 1)
[ -n "$found" ] || exit 0
# One that was judged already is not judged at each start anew.
mark=$(basename "$found"):$(stat -c %s:%Y "$found")
[ "$mark" != "$(cat "$UPDATES/stick" 2>/dev/null)" ] || exit 0
mkdir -p "$UPDATES/incoming"
name=$(head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
# Some room is left for what callers say meanwhile.
room=$(($(df --output=avail -B1 "$UPDATES" | tail -n 1) - 67108864))
if [ "$room" -lt "$(stat -c %s "$found")" ] || ! cp "$found" "$UPDATES/incoming/$name" || ! sync "$UPDATES/incoming/$name"; then
    rm -f "$UPDATES/incoming/$name"
    echo "update: no room for what is on the stick" >"$CONSOLE" || true
    printf 'state=refused\nversion=\nwhy=room\nat=%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$UPDATES/told" || true
    exit 0
fi
printf '%s\n' "$mark" >"$UPDATES/stick"
printf '%s\n' "$name" >"$UPDATES/incoming/.wanted"
mv "$UPDATES/incoming/.wanted" "$UPDATES/incoming/wanted"
