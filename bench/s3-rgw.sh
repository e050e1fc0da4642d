#!/usr/bin/env bash
# Runs tests of the bucket store against Ceph RGW, a real S3 server that differs from Amazon's in other ways than the
# one that `mvn verify` starts. One monitor, one OSD in memory and one gateway, on loopback, from Debian's packages:
#
#   apt-get install --no-install-recommends ceph-mon ceph-osd radosgw ceph-common
#   bench/s3-rgw.sh [TESTS]      as root; TESTS is what Maven's -Dtest takes, by default S3FileStoreTest
#   bench/s3-rgw.sh --serve      starts the server, prints where it is, and keeps it until Ctrl-C
#
# Ends every process that it started. Where the packages are missing, it says "skipped: ..." and succeeds.
set -euo pipefail
cd "$(dirname "$0")/.."

for program in ceph-mon ceph-osd ceph radosgw radosgw-admin ceph-authtool monmaptool; do
  if ! command -v "$program" >/dev/null; then
    echo "skipped: $program is not installed (see the head of $0)"
    exit 0
  fi
done
if ((EUID != 0)); then
  echo "skipped: Ceph's daemons are started as root here"
  exit 0
fi

readonly ACCESS=access SECRET=secret
folder=$(mktemp -d)
conf=$folder/ceph.conf
started=()

# At once: they have nothing to save, and an OSD whose monitor went first would wait for it.
finish() {
  for pid in "${started[@]}"; do
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

run() { # run NAME COMMAND...: starts a daemon whose output goes to NAME.log
  local name=$1
  shift
  "$@" >"$folder/$name.log" 2>&1 &
  started+=($!)
}

await() { # await WHAT COMMAND...: until the command succeeds, for at most a minute
  local what=$1 end=$((SECONDS + 60))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > end)); then
      echo "$what did not come up; the ends of the logs:" >&2
      tail -n 5 "$folder"/*.log >&2
      exit 1
    fi
    sleep 0.2
  done
}

free_port() {
  local port
  for ((port = 17480 + RANDOM % 1000; ; port++)); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

mon_port=$(free_port)
until s3_port=$(free_port) && [[ $s3_port != "$mon_port" ]]; do :; done
fsid=$(cat /proc/sys/kernel/random/uuid)
mkdir "$folder"/{mon,osd,run}

cat >"$conf" <<CONF
[global]
fsid = $fsid
mon initial members = a
mon host = v2:127.0.0.1:$mon_port
public network = 127.0.0.0/8
keyring = $folder/keyring
run dir = $folder/run
admin socket = $folder/run/\$name.asok
log file = $folder/\$name.ceph.log
crash dir = $folder/crash
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 0
osd objectstore = memstore
memstore device bytes = 8589934592
[mon.a]
mon data = $folder/mon
[osd.0]
osd data = $folder/osd
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:$s3_port tcp_nodelay=1
rgw enable usage log = false
CONF

ceph-authtool -C "$folder/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool "$folder/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool "$folder/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
ceph-authtool "$folder/keyring" --gen-key -n client.rgw.a --cap mon 'allow rwx' --cap osd 'allow rwx' >/dev/null
monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port]" "$folder/monmap" >/dev/null

ceph() { command ceph -c "$conf" --connect-timeout 5 "$@"; }

ceph-mon -c "$conf" -i a --mkfs --monmap "$folder/monmap" --keyring "$folder/keyring" >"$folder/mkfs.log" 2>&1
run mon ceph-mon -c "$conf" -i a -f
await "The monitor" ceph quorum_status

osd_uuid=$(cat /proc/sys/kernel/random/uuid)
ceph osd new "$osd_uuid" 0 >/dev/null
ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd_uuid" >>"$folder/mkfs.log" 2>&1
run osd ceph-osd -c "$conf" -i 0 -f
osd_is_up() { ceph osd stat | grep -q '1 up'; }
await "The OSD" osd_is_up

run radosgw radosgw -c "$conf" -n client.rgw.a -f
s3_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$s3_port"); }
await "The S3 gateway" s3_answers
radosgw-admin -c "$conf" -n client.rgw.a user create --uid=tests --display-name=Tests \
  --access-key="$ACCESS" --secret-key="$SECRET" --max-buckets=-1 >"$folder/user.log" 2>&1
radosgw-admin -c "$conf" -n client.rgw.a user modify --uid=tests --max-buckets=100000 >>"$folder/user.log" 2>&1

endpoint=http://127.0.0.1:$s3_port
echo "Ceph RGW: endpoint $endpoint, access key $ACCESS, secret key $SECRET"

if [[ ${1:-} == --serve ]]; then
  wait "${started[-1]}"
  exit
fi

# It refuses the checksums that the SDK sends by default, and ignores conditions on CompleteMultipartUpload, CopyObject
# and UploadPartCopy.
mvn -B -ntp -pl storage-adapters -am test -Dtest="${1:-S3FileStoreTest}" -Dsurefire.failIfNoSpecifiedTests=false \
  -Dtest.s3.endpoint="$endpoint" -Dtest.s3.access="$ACCESS" -Dtest.s3.secret="$SECRET" \
  -Dtest.s3.traits=conditionalPut,exactListings
