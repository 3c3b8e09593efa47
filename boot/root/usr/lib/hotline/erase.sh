#!/bin/sh
# Makes the box as new if somebody asked for it: a very long press leaves the empty file erase-wanted,
# whoever has the card leaves ERASE.TXT. Runs before anything has a file open. Everything is written
# over, then the free room too, as deleted records lie there. Killed anywhere, it begins again.
set -eu

DATA=${HOTLINE_DATA:-/data}
CARD=${HOTLINE_CARD:-/boot/config}
MARK=$DATA/.erasing

if [ ! -e "$MARK" ]; then
    wanted=
    [ ! -e "$DATA/hotline/erase-wanted" ] || wanted=button
    for name in ERASE.TXT erase.txt; do
        [ ! -e "$CARD/$name" ] || wanted=card
    done
    [ -n "$wanted" ] || exit 0
    : >"$MARK"
    sync "$DATA"
fi
echo "Everything on this box is being erased. Leave it switched on: it takes up to an hour." >"${HOTLINE_CONSOLE:-/dev/console}" || true

find "$DATA" -xdev -type f ! -path "$MARK" -exec shred -n 1 -u -- {} +
find "$DATA" -xdev -mindepth 1 -depth ! -path "$MARK" ! -path "$DATA/lost+found" -exec rm -rf -- {} +
sync

# Until the disk is full: that dd fails is how it ends.
dd if=/dev/zero of="$DATA/.blank" bs=1M ${HOTLINE_BLANK_MB:+count="$HOTLINE_BLANK_MB"} 2>/dev/null || true
sync
rm -f "$DATA/.blank"
fstrim "$DATA" 2>/dev/null || true

left=$(find "$DATA" -xdev -mindepth 1 ! -path "$MARK" ! -path "$DATA/lost+found")
if [ -n "$left" ]; then
    echo "Not everything could be erased. Replace the card." >"${HOTLINE_CONSOLE:-/dev/console}" || true
    exit 1
fi
# The codes and passwords of before open nothing any more.
rm -f "$CARD/ERASE.TXT" "$CARD/erase.txt" "$CARD/wifi.txt" "$CARD/claim.txt"
[ ! -d "$CARD" ] || sync "$CARD"
mkdir -p "$DATA/var"
rm -f "$MARK"
sync "$DATA"
