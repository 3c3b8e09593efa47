#!/bin/sh
# What a box has of its own is made here, on itself, at its first start; every later start finds it and
# changes nothing. Killed anywhere, the next start goes on. Reads hotline.txt of the card once.
set -eu

DATA=${HOTLINE_DATA:-/data}
CARD=${HOTLINE_CARD:-/boot/config}
OWNER=${HOTLINE_OWNER-hl-tel:hotline}
umask 077

# put FILE: the input becomes FILE, whole or not at all.
put() {
    cat >"$1.new"
    sync "$1.new"
    mv "$1.new" "$1"
    sync "$(dirname "$1")"
}

mkdir -p "$DATA/keys" "$DATA/network" "$DATA/hotline"

if [ ! -s "$DATA/hotline/box.toml" ]; then
    printf '%s\n' '# What this box is; see box.example.toml.' '[box]' 'data = "/data/hotline"' >"$DATA/keys/box.toml"
    [ -z "$OWNER" ] || chown "$OWNER" "$DATA/keys/box.toml"
    sync "$DATA/keys/box.toml"
    mv "$DATA/keys/box.toml" "$DATA/hotline/box.toml"
fi

# Known to other machines by it; boot/early/machine-id reads it from the next start on.
if [ ! -s "$DATA/machine-id" ]; then
    head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | sed 's/$/\n/' | put "$DATA/machine-id"
    chmod 444 "$DATA/machine-id"
fi

if [ ! -s "$DATA/keys/hotspot" ]; then
    # 60 bits: letters and digits that nobody mistakes for others.
    head -c 4096 /dev/urandom | LC_ALL=C tr -dc 'a-hjkmnp-z2-9' | head -c 12 | put "$DATA/keys/hotspot"
fi

# The card's small partition is read on any computer: how to reach the box without a screen.
if [ -d "$CARD" ] && [ ! -e "$CARD/wifi.txt" ]; then
    printf '%s\r\n' "If the box finds no network, it opens one of its own for 15 minutes: hotline-..." \
        "Its password: $(cat "$DATA/keys/hotspot")" "Then open https://hotline.local" >"$CARD/wifi.txt"
    sync "$CARD/wifi.txt"
fi

# value KEY: of hotline.txt, as any editor of any system leaves it.
value() {
    head -c 4096 "$CARD/hotline.txt" | sed '1s/^\xef\xbb\xbf//' | tr -d '\r' |
        sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*\(.*[^[:space:]]\)[[:space:]]*\$/\1/p" | head -n 1
}

if [ -s "$CARD/hotline.txt" ]; then
    wifi=$(value wifi)
    password=$(value wifi-password)
    country=$(value country | grep -xE '[A-Za-z]{2}' || true)
    # NetworkManager's key file has a line for each: what would break out of one is refused.
    if [ -n "$wifi" ] && [ "${#wifi}" -le 32 ]; then
        bytes=$(printf %s "$wifi" | od -An -v -tu1 | tr -s ' \n' ';' | sed 's/^;//')
        {
            printf '[connection]\nid=office\ntype=wifi\nautoconnect=true\n\n[wifi]\nmode=infrastructure\nssid=%s\n' "$bytes"
            if [ -n "$password" ]; then
                printf '\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=%s\n' "$(printf %s "$password" | sed 's/\\/\\\\/g')"
            fi
            printf '\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n'
        } | put "$DATA/network/office.nmconnection"
        rm -f "$DATA"/network/office-*.nmconnection # of an older one, chosen on the page
    fi
    [ -z "$country" ] || printf '%s\n' "$country" | tr '[:lower:]' '[:upper:]' | put "$DATA/network/country"
    # The password does not stay on a card that anybody can read.
    size=$(wc -c <"$CARD/hotline.txt")
    head -c "$size" /dev/zero | tr '\0' ' ' | dd of="$CARD/hotline.txt" conv=notrunc 2>/dev/null
    sync "$CARD/hotline.txt"
    rm -f "$CARD/hotline.txt"
    sync "$CARD"
fi
