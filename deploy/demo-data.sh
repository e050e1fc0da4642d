#!/bin/sh
# A bucket store for the demo's tenant and an account in it, over the REST API. Run again, it finds them there.
set -eu

make() { # make PATH JSON: 201 made, 409 there
  status=$(curl -s -o /tmp/answer -w '%{http_code}' -H "Authorization: Bearer $ADMIN_TOKEN" \
    -H 'Content-Type: application/json' "$ADMIN_URL/api/v1/tenants/acme/$1" -d "$2")
  case $status in
    201) echo "made: $1" ;;
    409) echo "there: $1" ;;
    *) echo "$1: $status $(cat /tmp/answer)" >&2; exit 1 ;;
  esac
}

make stores '{"name":"lake","type":"s3","bucket":"demo-lake","prefix":"acme/","region":"us-east-1","endpoint":"'"$S3_URL"'",
  "pathStyle":true,"credentials":{"accessKeyId":"demo","secretAccessKey":"demo-secret"}}'
make accounts '{"username":"bucket","password":"demo-password-of-bucket","home":{"store":"lake","path":"bucket"},
  "limits":{"bytes":1073741824}}'
echo 'Try: sftp -P 2022 bucket@acme@127.0.0.1, password demo-password-of-bucket'
