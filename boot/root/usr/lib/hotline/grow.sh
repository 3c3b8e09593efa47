#!/bin/sh
# Gives the data partition the rest of the card; its file system follows when it is mounted. The last
# partition is a logical one: first what holds it grows, then itself. Each is one sector written, so
# that cut off anywhere the table is whole, and the next start goes on. Never moves, never makes smaller.
set -eu

DATA=7    # the partition
HOLDER=4  # what the logical ones lie in
LEAST=8192 # sectors: less than that is not worth it

# The disk that the root is on, whatever it is called here.
if [ -z "${HOTLINE_DISK:-}" ]; then
    here=$(readlink -f "/sys/dev/block/$(mountpoint -d /)")
    [ -e "$here/partition" ] || exit 0
    HOTLINE_DISK=/dev/$(basename "$(dirname "$here")")
fi
TELL=${HOTLINE_TELL:-"$(dirname "$0")/resize.py"}

# place: begin and size of partition $1, in sectors.
place() {
    table=$(sfdisk --dump "$HOTLINE_DISK")
    echo "$table" | sed -n "s/^[^ ]*[^0-9]$1 : start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p"
}

# grow: partition $1 to the end of the disk; 4 MiB of a card at a time.
grow() {
    is=$(place "$1")
    [ "$((whole - ${is% *} - ${is#* }))" -ge "$LEAST" ] || return 0
    echo ", +" | sfdisk --quiet --no-reread --no-tell-kernel --wipe never --wipe-partitions never \
        -N "$1" "$HOTLINE_DISK"
    sync "$HOTLINE_DISK"
}

if [ -b "$HOTLINE_DISK" ]; then
    whole=$(blockdev --getsz "$HOTLINE_DISK")
else
    bytes=$(stat -c %s "$HOTLINE_DISK")
    whole=$((bytes / 512))
fi
before=$(place "$DATA")
grow "$HOLDER"
grow "$DATA"
is=$(place "$DATA")
# What an earlier start wrote and did not live to tell, the kernel has read by itself.
[ "$before" = "$is" ] || $TELL "$HOTLINE_DISK" "$DATA" "${is% *}" "${is#* }"
