#!/bin/sh
# Lets in the telephony of those whose addresses the daemon has written, at the ports which it names,
# and nothing else. What stands there is not trusted: a line that is no address or network of one is
# left out, and so is one that means half the world; ports below 1024 are no telephony's, and of those
# for sound there are no more than some thousand. Where no ports stand, they are the usual ones.
set -eu

FILE=${HOTLINE_PEERS:-/data/hotline/peers}
NFT=${HOTLINE_NFT:-nft}
MOST=200
MOST_SOUND=10000
USUAL_SOUND=16384-16583
OCTET='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
PORT='(102[4-9]|10[3-9][0-9]|1[1-9][0-9]{2}|[2-9][0-9]{3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'

# rows PATTERN: what the daemon has written, as far as it is of this shape.
rows() {
    head -c 16384 "$FILE" 2>/dev/null | head -n "$MOST" | grep -xE "$1"
}

four=$(rows "($OCTET\.){3}$OCTET(/([89]|[12][0-9]|3[0-2]))?" | paste -sd, -) || true
six=$(rows '[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{1,40}(/(1[6-9]|[2-9][0-9]|1[01][0-9]|12[0-8]))?' |
    paste -sd, -) || true
calls=$(rows "port $PORT" | sed 's/^port //' | sort -u | paste -sd, -) || true
sound=$(rows "sound $PORT-$PORT" | sed -n '1s/^sound //p') || true
sound=${sound:-$USUAL_SOUND}
many=$((${sound#*-} - ${sound%-*}))
[ "$many" -ge 0 ] && [ "$many" -le "$MOST_SOUND" ] || sound=$USUAL_SOUND

# One transaction: at no instant is nobody let in who was and is.
{
    for set in peers4 peers6 telephony sound; do
        echo "flush set inet hotline $set"
    done
    [ -z "$four" ] || echo "add element inet hotline peers4 { $four }"
    [ -z "$six" ] || echo "add element inet hotline peers6 { $six }"
    echo "add element inet hotline telephony { ${calls:-5060, 5061} }"
    echo "add element inet hotline sound { $sound }"
} | "$NFT" -f -
