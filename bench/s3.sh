#!/usr/bin/env bash
# Times uploads and downloads of one large file through the gateway to an S3 server (s3proxy, started for this) beside the
# same bytes by the AWS SDK straight to it, in turn, and prints the ratios and what the gateway uses of the processors.
# Three places: "near" is the server itself on loopback, where client, gateway, server and SDK share the processors; "far"
# the same server behind a line of 10 ms and 60 MB/s for each connection, for the SDK as for the gateway; "disk" a local
# store of the same gateway, which shows what SFTP itself takes. The first round is "cold", the medians are of the others.
#
#   bench/s3.sh [MIB] [ROUNDS]      by default 1024 and 5 (at least 1); needs eight times the file's size of disk
set -euo pipefail
cd "$(dirname "$0")/.."
mvn -q -B -ntp -pl gateway-app -am verify -Dtest=NONE -Dit.test=BucketBench \
  -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false -Dfailsafe.useFile=false \
  -Dtest.s3.fast=true "-Dbench.mib=${1:-1024}" "-Dbench.rounds=${2:-5}" |
  grep --line-buffered -aE '^[0-9]+ MiB|^(cold|warm|median) |ERROR'
