#!/bin/sh
# Puts a signed update into the slot that does not run, and starts the box from it for a trial. Whoever
# brings a bundle leaves it in `incoming` and its name in `incoming/wanted`. Nothing of it is believed
# before RAUC has checked the signature. Killed anywhere, the box starts as it did before.
set -eu

UPDATES=${HOTLINE_UPDATES:-/data/updates}
RELEASE=${HOTLINE_RELEASE:-/etc/os-release}
HOTLINE=${HOTLINE_COMMAND:-/usr/lib/hotline/venv/bin/hotline --settings /data/hotline/box.toml}
RAUC=${HOTLINE_RAUC:-rauc}
REBOOT=${HOTLINE_REBOOT:-systemctl reboot --reboot-argument}
CONSOLE=${HOTLINE_CONSOLE:-/dev/console}
BUNDLE=$UPDATES/bundle.raucb
umask 022

# tell STATE WHY: what became of the update, for the page and for the screen.
tell() {
    printf 'state=%s\nversion=%s\nwhy=%s\nat=%s\n' "$1" "$version" "$2" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$UPDATES/told.new"
    sync "$UPDATES/told.new"
    mv "$UPDATES/told.new" "$UPDATES/told"
    sync "$UPDATES"
    echo "update ${version:-?}: $1 $2" >"$CONSOLE" || true
}

refuse() {
    rm -f "$BUNDLE"
    tell refused "$1"
    exit 0
}

# release KEY: of the system that runs.
release() {
    sed -n "s/^$1=//p" "$RELEASE" | tr -d '"' | head -n 1
}

# Whatever goes wrong here is told, too: an update does not seem to be under way for ever.
ended() {
    [ "$?" -eq 0 ] || tell refused write
}

version=
trap ended EXIT
name=$(head -c 64 "$UPDATES/incoming/wanted" | grep -xE '[0-9a-f]{32}') || name=
rm -f "$UPDATES/incoming/wanted"
[ -n "$name" ] || exit 0
# Root's own from here on: who brought it has no more say. A link would be a file of somebody else's.
rm -f "$BUNDLE"
[ -f "$UPDATES/incoming/$name" ] && [ ! -L "$UPDATES/incoming/$name" ] || exit 0
mv "$UPDATES/incoming/$name" "$BUNDLE"
chown -h "${HOTLINE_ROOT:-root:root}" "$BUNDLE"
chmod 600 "$BUNDLE"
find "$UPDATES/incoming" -mindepth 1 -delete

# RAUC says the manifest only of a bundle whose signature is good. Two lines of it are taken, by their form.
said=$("$RAUC" info --output-format=shell "$BUNDLE" 2>/dev/null) || refuse signature
version=$(echo "$said" | sed -n "s/^RAUC_MF_VERSION='\?\([0-9A-Za-z.+~-]\{1,40\}\)'\?\$/\1/p" | head -n 1)
kind=$(echo "$said" | sed -n "s/^RAUC_MF_COMPATIBLE='\?\([0-9A-Za-z.-]\{1,60\}\)'\?\$/\1/p" | head -n 1)
[ -n "$version" ] || refuse damaged
[ "$kind" = "$(release IMAGE_ID)" ] || refuse kind
dpkg --compare-versions "$version" gt "$(release IMAGE_VERSION)" || refuse old

tell waiting ''
$HOTLINE update calm || true
tell installing ''
if ! said=$("$RAUC" install "$BUNDLE" 2>&1); then
    echo "$said" | tail -n 3 >"$CONSOLE" || true
    refuse write
fi
rm -f "$BUNDLE"
tell waiting ''
$HOTLINE update calm || true
# How it was before: the trial start is judged by it.
$HOTLINE lines --json >"$UPDATES/lines.new" 2>/dev/null || echo '[]' >"$UPDATES/lines.new"
mv "$UPDATES/lines.new" "$UPDATES/lines"
tell trying ''
$REBOOT '0 tryboot'
