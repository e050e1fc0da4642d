#!/usr/bin/env bash
# Does the same work with the same OpenSSH client on the gateway and on OpenSSH's own server (sshd with internal-sftp),
# both started for this on loopback, in turn, and prints for each row both times, the ratio of wall time (speed: above 1 the
# gateway is faster) and the ratio of the servers' CPU time (below 1 the gateway takes less; its database counts as
# its own), medians of the rounds after those that are not counted (five, and 15 s of work), and what an idle session takes
# of memory (PSS). Checksums are compared.
#
#   bench/openssh.sh [MIB] [ROUNDS] [ROWS]     as root; by default 512 and 5; ROWS is a regular expression for names
set -euo pipefail
cd "$(dirname "$0")/.."
mvn -q -B -ntp -pl gateway-app -am verify -Dtest=NONE -Dit.test=OpenSshBench \
  -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false -Dfailsafe.useFile=false \
  "-Dbench.mib=${1:-512}" "-Dbench.rounds=${2:-5}" "-Dbench.rows=${3:-}" |
  grep --line-buffered -aE '^[0-9]+ (MiB|idle)|^\||ERROR'
