#!/bin/sh
# Which slot starts: RAUC asks here, and says here that a slot is good. autoboot.txt is the only place
# where that stands; the Pi's firmware reads it. It is written over in place, within one sector: there
# is no instant at which it names no slot.
# slot.sh get-primary|get-current|get-state SLOT|set-primary SLOT|set-state SLOT good|bad
set -eu

AUTOBOOT=${HOTLINE_AUTOBOOT:-/boot/config/autoboot.txt}
CMDLINE=${HOTLINE_CMDLINE:-/proc/cmdline}

# named SECTION: the slot of autoboot.txt's section.
named() {
    tr -d '\r' <"$AUTOBOOT" | awk -F= -v section="[$1]" '
        /^\[/ { here = ($0 == section) }
        here && $1 == "boot_partition" { print ($2 == 2) ? "a" : ($2 == 3) ? "b" : ""; exit }' | grep -x '[ab]'
}

booted() {
    tr ' ' '\n' <"$CMDLINE" | sed -n 's/^hotline\.slot=\([ab]\)$/\1/p' | grep -m1 -x '[ab]'
}

other() {
    case $1 in a) echo b ;; b) echo a ;; esac
}

partition() {
    case $1 in a) echo 2 ;; b) echo 3 ;; esac
}

# commit SLOT: it starts from now on, and the other one is what is tried next. Both texts are equally long.
commit() {
    size=$(wc -c <"$AUTOBOOT")
    {
        printf '[all]\ntryboot_a_b=1\nboot_partition=%s\n[tryboot]\nboot_partition=%s\n' \
            "$(partition "$1")" "$(partition "$(other "$1")")"
        yes '' | head -c 512
    } | head -c "$((size < 64 ? 64 : size > 512 ? 512 : size))" | dd of="$AUTOBOOT" bs=512 conv=notrunc,fsync 2>/dev/null
}

case ${1:?} in
get-primary) named all ;;
get-current) booted ;;
get-state) if [ "${2:?}" = "$(named all)" ]; then echo good; else echo bad; fi ;;
set-primary)
    # What was written is only tried at first: the firmware takes it for one start when it is asked to.
    first=$(named all)
    [ "${2:?}" = "$first" ] || [ "$2" = "$(named tryboot)" ] || commit "$first"
    ;;
set-state)
    [ "${3:?}" = good ] || exit 0
    [ "${2:?}" = "$(booted)" ] || { echo "slot $2 does not run: nobody knows whether it is good" >&2; exit 1; }
    [ "$2" = "$(named all)" ] || commit "$2"
    ;;
*)
    echo "slot.sh: $1?" >&2
    exit 2
    ;;
esac
