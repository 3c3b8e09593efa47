#!/bin/sh
# Shows the page's one-time code to whoever stands beside the box, on its screen and on the small
# partition of its card, for as long as the page has one to give.
set -eu

CODE=${HOTLINE_CLAIM_CODE:-/run/hotline-page/claim-code}
ISSUE=${HOTLINE_ISSUE:-/run/issue.d}
CARD=${HOTLINE_CARD:-/boot/config}

code=$(head -c 20 "$CODE" 2>/dev/null | grep -xE '[0-9A-Z]{4}-[0-9A-Z]{4}') || code=
mkdir -p "$ISSUE"
if [ -n "$code" ]; then
    printf 'This box has no owner yet. One-time code: %s (for 30 minutes)\n\n' "$code" >"$ISSUE/.claim.new"
    mv "$ISSUE/.claim.new" "$ISSUE/20-claim.issue"
    chmod 644 "$ISSUE/20-claim.issue"
else
    rm -f "$ISSUE/20-claim.issue"
fi
if [ -d "$CARD" ]; then
    if [ -n "$code" ]; then
        printf '%s\r\n' "$code" 'Type this code on https://hotline.local, within 30 minutes after the box was switched on.' >"$CARD/claim.txt"
    elif [ -e "$CARD/claim.txt" ]; then
        : >"$CARD/claim.txt"
        sync "$CARD/claim.txt"
        rm -f "$CARD/claim.txt"
    fi
    sync "$CARD"
fi
${HOTLINE_SHOW:-agetty --reload} || true
