#!/bin/sh
# Send one event to Portal Desk: send_event.sh URL SECRET FILE [WEBHOOK_ID]. Needs openssl and curl.
set -eu
url=$1 secret=$2 file=$3
id=${4:-evt_$(openssl rand -hex 16)}
now=$(date +%s)
key=$(printf %s "${secret#whsec_}" | openssl base64 -d -A | od -An -tx1 | tr -d ' \n')
signature=$({ printf '%s.%s.' "$id" "$now"; cat "$file"; } |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
curl --silent --show-error --max-time 15 --write-out '%{http_code}\n' --data-binary "@$file" \
    --header 'Content-Type: application/json' \
    --header "webhook-id: $id" --header "webhook-timestamp: $now" --header "webhook-signature: v1,$signature" \
    "$url"
