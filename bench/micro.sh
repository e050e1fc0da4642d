#!/usr/bin/env bash
# Times single pieces of code with JMH: the SFTP codec, the ciphers beside MINA's and the JDK's, the quota ledger on an
# embedded PostgreSQL. Each benchmark's class (*Micro in gateway-app's tests) says what its number is.
#
#   bench/micro.sh [REGEX] [JMH OPTIONS...]      all of it takes eight minutes; -l lists, -h helps
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p gateway-app/target/micro # a folder that comes later is not on the JVM's class path
exec mvn -q -B -ntp -pl gateway-app -am -Pmicro process-test-classes "-Dmicro.args=$*"
