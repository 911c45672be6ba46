#!/bin/bash
# Stands in for apache/kafka's start: KAFKA_* become properties, and the log folder is formatted, by the class that the
# official image itself calls; then the broker takes this process over.
set -euo pipefail
cd /opt/kafka
export CLUSTER_ID="${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}"
said=$(java -Xmx128m -XX:TieredStopAtLevel=1 -cp 'libs/*' kafka.docker.KafkaDockerWrapper setup \
  --default-configs-dir /etc/kafka/docker --mounted-configs-dir /mnt/shared/config --final-configs-dir config 2>&1) ||
  grep -q 'already formatted' <<< "$said" || { echo "$said" && exit 1; }
exec java ${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G} ${KAFKA_OPTS:-} -Djava.awt.headless=true \
  -Dlog4j2.configurationFile=/etc/kafka/docker/log4j2.yaml -cp 'libs/*' kafka.Kafka config/server.properties
