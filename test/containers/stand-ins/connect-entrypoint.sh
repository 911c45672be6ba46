#!/bin/bash
# Stands in for the entrypoint of quay.io/debezium/connect: the variables of its own that we use, and every CONNECT_*
# as a property of the worker.
set -euo pipefail
[ "$1" = start ] || exec "$@"
: "${BOOTSTRAP_SERVERS:?}" "${CONFIG_STORAGE_TOPIC:?}" "${OFFSET_STORAGE_TOPIC:?}"
export CONNECT_BOOTSTRAP_SERVERS=$BOOTSTRAP_SERVERS
export CONNECT_GROUP_ID=${GROUP_ID:-1}
export CONNECT_CONFIG_STORAGE_TOPIC=$CONFIG_STORAGE_TOPIC
export CONNECT_OFFSET_STORAGE_TOPIC=$OFFSET_STORAGE_TOPIC
export CONNECT_STATUS_STORAGE_TOPIC=${STATUS_STORAGE_TOPIC:-connect-status}
export CONNECT_KEY_CONVERTER=${KEY_CONVERTER:-org.apache.kafka.connect.json.JsonConverter}
export CONNECT_VALUE_CONVERTER=${VALUE_CONVERTER:-org.apache.kafka.connect.json.JsonConverter}
export CONNECT_OFFSET_FLUSH_INTERVAL_MS=${OFFSET_FLUSH_INTERVAL_MS:-60000}
export CONNECT_REST_ADVERTISED_HOST_NAME=${ADVERTISED_HOST_NAME:-$(hostname -i | cut -d' ' -f1)}
export CONNECT_REST_ADVERTISED_PORT=${ADVERTISED_PORT:-8083}
while IFS= read -r name; do
  key=$(tr 'A-Z_' 'a-z.' <<< "${name#CONNECT_}")
  printf '%s=%s\n' "$key" "${!name}"
done < <(compgen -e CONNECT_) > /kafka/config/connect-distributed.properties
exec java ${HEAP_OPTS:--Xms256M -Xmx2G} ${KAFKA_OPTS:-} -Djava.awt.headless=true \
  -Dlog4j2.configurationFile=/kafka/log4j2.yaml -cp '/kafka/libs/*' \
  org.apache.kafka.connect.cli.ConnectDistributed /kafka/config/connect-distributed.properties
