#!/bin/sh
# The page's key and certificate, of this device alone. The key is made once; the certificate anew when
# the box has another address or name, or less than a month to live. Killed anywhere, it goes on there.
set -eu

KEYS=${HOTLINE_KEYS:-/data/keys}
ISSUE=${HOTLINE_ISSUE:-/run/issue.d}
DAYS=825 # browsers take no longer ones
umask 077

name=$(hostname)
addresses=${HOTLINE_ADDRESSES:-$(ip -o addr show scope global | awk '{ sub("/.*", "", $4); print $4 }' | sort -u)}
names="DNS:hotline.local,DNS:hotline"
case $name in
'' | hotline | localhost | *[!A-Za-z0-9-]*) ;;
*) names="$names,DNS:$name,DNS:$name.local" ;;
esac
for address in $addresses; do
    case $address in *[!0-9A-Fa-f.:]*) continue ;; esac
    names="$names,IP:$address"
done

mkdir -p "$KEYS" "$ISSUE"
if [ ! -s "$KEYS/page.key" ]; then
    openssl ecparam -name prime256v1 -genkey -noout -out "$KEYS/page.key.new"
    sync "$KEYS/page.key.new"
    mv "$KEYS/page.key.new" "$KEYS/page.key"
    sync "$KEYS"
fi

same() {
    [ -s "$KEYS/page.crt" ] && [ "$(cat "$KEYS/page.names" 2>/dev/null)" = "$names" ] || return 1
    openssl x509 -in "$KEYS/page.crt" -noout -checkend 2592000 >/dev/null || return 1
    [ "$(openssl x509 -in "$KEYS/page.crt" -noout -pubkey)" = "$(openssl pkey -in "$KEYS/page.key" -pubout)" ]
}

if ! same; then
    openssl req -x509 -new -key "$KEYS/page.key" -sha256 -days "$DAYS" -subj "/CN=hotline.local" \
        -addext "subjectAltName=$names" -addext "basicConstraints=critical,CA:FALSE" \
        -addext "keyUsage=critical,digitalSignature" -addext "extendedKeyUsage=serverAuth" \
        -out "$KEYS/page.crt.new"
    sync "$KEYS/page.crt.new"
    mv "$KEYS/page.crt.new" "$KEYS/page.crt"
    echo "$names" >"$KEYS/page.names"
    sync "$KEYS"
    ${HOTLINE_RELOAD:-systemctl try-reload-or-restart --no-block nginx.service} || true
fi

print=$(openssl x509 -in "$KEYS/page.crt" -noout -fingerprint -sha256 | cut -d= -f2)
printf 'Set-up page: https://hotline.local\nFingerprint of its certificate (SHA-256):\n  %s\n  %s\n' \
    "$(echo "$print" | cut -c1-47)" "$(echo "$print" | cut -c49-)" >"$ISSUE/.page.new"
chmod 644 "$ISSUE/.page.new"
mv "$ISSUE/.page.new" "$ISSUE/10-page.issue"
