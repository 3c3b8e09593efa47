#!/bin/sh
# A slot that is not committed is on trial. What it writes into the records lies apart until it has
# proved itself: only then does it take the place of what was there, and the other slot never meets
# records of a newer version. trial.sh begin: early in every start, and
# once more when it has proved itself. trial.sh judge: is it well?
set -eu

UPDATES=${HOTLINE_UPDATES:-/data/updates}
DATA=${HOTLINE_DATA:-/data}
RUN=${HOTLINE_RUN:-/run/hotline}
RELEASE=${HOTLINE_RELEASE:-/etc/os-release}
SLOT=${HOTLINE_SLOT:-/usr/lib/hotline/slot.sh}
HOTLINE=${HOTLINE_COMMAND:-/usr/lib/hotline/venv/bin/hotline --settings /data/hotline/box.toml}
RAUC=${HOTLINE_RAUC:-rauc}
SYSTEMCTL=${HOTLINE_SYSTEMCTL:-systemctl}
CONSOLE=${HOTLINE_CONSOLE:-/dev/console}
PLACES="hotline web"
umask 022

# told KEY: what the update said last of itself.
told() {
    sed -n "s/^$1=//p" "$UPDATES/told" 2>/dev/null | head -n 1
}

# tell STATE WHY
tell() {
    version=$(told version)
    printf 'state=%s\nversion=%s\nwhy=%s\nat=%s\n' "$1" "$version" "$2" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$UPDATES/told.new"
    sync "$UPDATES/told.new"
    mv "$UPDATES/told.new" "$UPDATES/told"
    sync "$UPDATES"
    echo "update ${version:-?}: $1 $2" >"$CONSOLE" || true
}

# Every place, one after the other: `keep` or `drop` what the trial has written there.
each() {
    for place in $PLACES; do
        [ ! -d "$UPDATES/trial/$place/upper" ] || $HOTLINE update "$1" "$UPDATES/trial/$place/upper" "$DATA/$place"
    done
    rm -rf "$UPDATES/trial"
    sync "$UPDATES"
    echo "update: what the trial wrote: $1" >"$CONSOLE" || true
}

# A place for what this trial writes. The upper folder is what is seen: it belongs to whom the lower
# one does.
apart() {
    rm -rf "$UPDATES/trial" || return 1
    for place in $PLACES; do
        upper=$UPDATES/trial/$place/upper
        mkdir -p "$upper" "$UPDATES/trial/$place/work" "$DATA/$place" &&
            chown --reference="$DATA/$place" "$upper" && chmod --reference="$DATA/$place" "$upper" || return 1
    done
    echo "$booted" >"$UPDATES/trial/slot" && sync "$UPDATES/trial/slot" && echo "$booted" >"$RUN/trial"
}

begin() {
    booted=$("$SLOT" get-current)
    # Where nobody can read which slot is committed, the box still answers.
    committed=$("$SLOT" get-primary) || committed=$booted
    mkdir -p "$UPDATES" "$RUN"
    if [ "$booted" != "$committed" ]; then
        # Where nothing can lie apart, nothing is tried: the records would meet a newer version.
        apart && exit 0
        tell back apart || true
        $SYSTEMCTL --force reboot
        exit 1
    fi
    if [ -e "$UPDATES/trial" ]; then
        if [ "$(cat "$UPDATES/trial/slot" 2>/dev/null)" = "$booted" ]; then each keep; else each drop; fi
    fi
    case $(told state) in
    trying) if [ "$(told version)" = "$(release)" ]; then tell updated ''; else tell back silent; fi ;;
    waiting | installing)
        tell refused cut
        rm -f "$UPDATES/stick"
        ;;
    esac
    rm -f "$UPDATES/bundle.raucb" "$UPDATES/told.new" "$RUN/trial"
}

release() {
    sed -n 's/^IMAGE_VERSION=//p' "$RELEASE" | tr -d '"' | head -n 1
}

judge() {
    bounded="timeout 900 $HOTLINE" # whoever is asked may hang
    why=$($bounded update well --lines "$UPDATES/lines" --within "${HOTLINE_WITHIN:-300}" 2>/dev/null | grep -m1 -xE '[a-z]{1,20}') || why=silent
    if [ "$why" != well ] || ! "$RAUC" status mark-good >/dev/null 2>&1; then
        [ "$why" != well ] || why=commit
        tell back "$why"
        $SYSTEMCTL reboot
        exit 0
    fi
    tell updated ''
    # From here on it is this slot's box. The records take their place while nobody calls; if the power
    # fails meanwhile, the next start does it.
    $HOTLINE update calm || true
    $SYSTEMCTL stop hotline-web.service hotline.service
    ! $SYSTEMCTL stop data-hotline.mount data-web.mount || $SYSTEMCTL restart hotline-trial.service || true
    $SYSTEMCTL start hotline.service hotline-web.service hotline-peers.path
}

case ${1:?} in
begin) begin ;;
judge) judge ;;
*)
    echo "trial.sh begin|judge" >&2
    exit 2
    ;;
esac
