#!/usr/bin/env bash
# Makes the class cache of the container image, in its build: as a user that is not root, with the runtime and the files
# that the image will have, for the cache is good for these only.
set -euo pipefail
work=$(mktemp -d)
cd "$work"

ready() { # ready PROCESS: returns when the gateway of this environment is ready
  until /opt/jre/bin/java -jar /opt/quaymaster/quaymaster.jar health >/dev/null 2>&1; do
    kill -0 "$1" # it ended: so do we
    sleep 0.5
  done
}

# A gateway on the embedded PostgreSQL, for its database.
export QUAYMASTER_DATA_DIR="$work/database" QUAYMASTER_SSH_PORT=0 QUAYMASTER_ADMIN_PORT=0 QUAYMASTER_MANAGEMENT_PORT=18081
java -jar /src/gateway-app/target/quaymaster.jar &
database=$!
ready $database

# The gateway as it will be, on that.
export QUAYMASTER_DATA_DIR="$work/data" QUAYMASTER_MANAGEMENT_PORT=18082 LOGGING_STRUCTURED_FORMAT_CONSOLE=ecs
SPRING_DATASOURCE_URL="jdbc:postgresql://localhost:$(sed -n 4p "$work/database/postgres/data/postmaster.pid")/postgres"
SPRING_DATASOURCE_PASSWORD=$(cat "$work/database/postgres/password")
export SPRING_DATASOURCE_URL SPRING_DATASOURCE_PASSWORD SPRING_DATASOURCE_USERNAME=quaymaster
/opt/jre/bin/java -XX:AOTCacheOutput=/opt/quaymaster/quaymaster.aot -jar /opt/quaymaster/quaymaster.jar &
gateway=$!
ready $gateway
kill $gateway
wait $gateway || [[ $? == 143 || $? == 0 ]]
kill $database
wait $database || true
test -s /opt/quaymaster/quaymaster.aot
cd / && rm -r "$work"
