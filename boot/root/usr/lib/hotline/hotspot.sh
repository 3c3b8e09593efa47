#!/bin/sh
# A box that finds no network opens a Wi-Fi of its own, so that somebody can tell it the office's on
# the page. The daemon then takes the aerial and tries that one; where it does not get in, the aerial
# is free again, and the box's own Wi-Fi comes back. The daemon itself may open none.
# Off again after a while: nobody wants one for ever. hotspot.sh run|close
set -eu

DATA=${HOTLINE_DATA:-/data}
ISSUE=${HOTLINE_ISSUE:-/run/issue.d}
NMCLI=${HOTLINE_NMCLI:-nmcli}
NFT=${HOTLINE_NFT:-nft}
SHOW=${HOTLINE_SHOW:-agetty --reload}
WAIT=${HOTLINE_WAIT:-120}
OPEN=${HOTLINE_OPEN:-900}
CARDS=${HOTLINE_CARDS:-/sys/class/net}
RUN=${HOTLINE_RUN:-/run/hotline}
LOOK=${HOTLINE_LOOK:-5}
# There while the daemon moves the box in the network; see firmware/hotline/lan/trial.py.
TRIAL=$DATA/hotline/lan.json

shut() {
    "$NMCLI" connection delete hotline-hotspot >/dev/null 2>&1 || true
    "$NFT" flush chain inet hotline hotspot 2>/dev/null || true
    rm -f "$ISSUE/30-hotspot.issue" "$RUN/wifis"
    $SHOW || true
}

if [ "${1:?}" = close ]; then
    shut
    exit 0
fi
sleep "$WAIT"
case $("$NMCLI" --get-values STATE general) in connected*) exit 0 ;; esac
[ -d "$CARDS/wlan0" ] || exit 0

address=$(tr -d : <"$CARDS/wlan0/address")
name=hotline-$(printf %s "$address" | tail -c 4)
password=$(cat "$DATA/keys/hotspot")
trap shut EXIT
trap 'exit 0' TERM INT

open() {
    # Many cards cannot look around while they are a network themselves: look before, for the page.
    if "$NMCLI" -t -f SSID-HEX,MODE,SIGNAL,SECURITY,IN-USE device wifi list ifname wlan0 --rescan yes >"$RUN/wifis.new"; then
        chmod 644 "$RUN/wifis.new"
        mv "$RUN/wifis.new" "$RUN/wifis"
    fi
    "$NMCLI" connection delete hotline-hotspot >/dev/null 2>&1 || true
    "$NMCLI" device wifi hotspot ifname wlan0 con-name hotline-hotspot ssid "$name" password "$password" >/dev/null
    "$NMCLI" connection modify hotline-hotspot connection.autoconnect no
    left=$OPEN
}

open
"$NFT" add rule inet hotline hotspot udp dport '{ 53, 67 }' accept
"$NFT" add rule inet hotline hotspot tcp dport 53 accept
mkdir -p "$ISSUE"
printf 'No network found. For 15 minutes there is a Wi-Fi of the box: %s, password %s\n\n' \
    "$name" "$password" >"$ISSUE/30-hotspot.issue"
$SHOW || true
while [ "$left" -gt 0 ]; do
    sleep "$LOOK" &
    wait $!
    left=$((left - LOOK))
    if [ -e "$TRIAL" ]; then
        left=$OPEN
    elif [ "$("$NMCLI" --get-values GENERAL.CONNECTION device show wlan0)" != hotline-hotspot ]; then
        case $("$NMCLI" --get-values STATE general) in
        connected*) exit 0 ;;
        connecting*) ;;
        *) open ;;
        esac
    fi
done
