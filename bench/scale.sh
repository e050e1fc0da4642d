#!/usr/bin/env bash
# What a session, a login, a transfer and a row of the audit log cost, with so many accounts in the database: see
# docs/scale.md. A gateway with its embedded PostgreSQL is started for this on loopback.
#
#   bench/scale.sh [ACCOUNTS] [SESSIONS] [LOGINS]     by default 1000000, 1000 and 1000
set -euo pipefail
cd "$(dirname "$0")/.."
mvn -q -B -ntp -pl gateway-app -am verify -Dtest=NONE -Dit.test=ScaleBench \
  -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false -Dfailsafe.useFile=false \
  "-Dbench.accounts=${1:-1000000}" "-Dbench.sessions=${2:-1000}" "-Dbench.logins=${3:-1000}" |
  sed -u 's/\x1b\[[0-9;]*m//g' | grep --line-buffered -aE '^[0-9]+ (accounts|sessions)|^a row|ERROR'
