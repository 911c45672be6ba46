# All images of this repository, one target each: docker build --target order-service .
# TypeScript runs by type stripping, which Node refuses inside node_modules: the workspace tree stays as it is.

FROM node:24.21.0-trixie-slim AS base

# Production packages, one workspace at a time. This stage is rebuilt only when a manifest changes.
FROM base AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY order-service/package.json order-service/
COPY delivery-service/package.json delivery-service/
COPY packages/outbox/package.json packages/outbox/
COPY packages/service-kit/package.json packages/service-kit/
COPY packages/connectctl/package.json packages/connectctl/
COPY packages/console/package.json packages/console/
COPY packages/contracts/package.json packages/contracts/
COPY packages/stack/package.json packages/stack/
COPY packages/pipeline/package.json packages/pipeline/
COPY examples/flower-delivery/package.json examples/flower-delivery/
# Leaves out files for compilers, debuggers and readers: a third of the size.
ENV INSTALL="npm ci --cache=/var/cache/npm --omit=dev --omit=optional --no-audit --no-fund --loglevel=error" \
    UNREAD="-name *.map -o -name *.ts -o -name *.cts -o -name *.mts -o -name *.md -o -name *-es-bundle*.js"

FROM manifests AS order-service-packages
RUN --mount=type=cache,target=/var/cache/npm \
    $INSTALL -w order-service && find . -path '*/node_modules/*' -type f \( $UNREAD \) -delete

FROM manifests AS delivery-service-packages
RUN --mount=type=cache,target=/var/cache/npm \
    $INSTALL -w delivery-service && find . -path '*/node_modules/*' -type f \( $UNREAD \) -delete

FROM manifests AS connectctl-packages
RUN --mount=type=cache,target=/var/cache/npm \
    $INSTALL -w packages/connectctl && find . -path '*/node_modules/*' -type f \( $UNREAD \) -delete

FROM manifests AS console-packages
RUN --mount=type=cache,target=/var/cache/npm \
    $INSTALL -w packages/console && find . -path '*/node_modules/*' -type f \( $UNREAD \) -delete

FROM manifests AS prepare-packages
RUN --mount=type=cache,target=/var/cache/npm \
    $INSTALL -w order-service -w delivery-service -w packages/stack -w packages/pipeline \
 && find . -path '*/node_modules/*' -type f \( $UNREAD \) -delete

FROM manifests AS flower-delivery-packages
RUN --mount=type=cache,target=/var/cache/npm \
    $INSTALL -w examples/flower-delivery && find . -path '*/node_modules/*' -type f \( $UNREAD \) -delete

FROM manifests AS flower-prepare-packages
RUN --mount=type=cache,target=/var/cache/npm \
    $INSTALL -w examples/flower-delivery -w packages/stack -w packages/pipeline \
 && find . -path '*/node_modules/*' -type f \( $UNREAD \) -delete

# The base image without package managers, headers and manuals. The folder of the secrets belongs to the job that makes
# them: a new volume takes over its owner.
FROM base AS trimmed
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /usr/local/share /opt/yarn* \
    /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* \
 && install -d -o 10001 -g 10001 /run/secrets

# Copied as a whole, because a layer that removes files doesn't make an image smaller.
FROM scratch AS runtime
# hadolint ignore=DL3067
COPY --from=trimmed / /
# kafkajs sets timers in the past, and Node 24 warns about each one (tulios/kafkajs#1751).
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    NODE_OPTIONS=--disable-warning=TimeoutNegativeWarning \
    KAFKAJS_NO_PARTITIONER_WARNING=1
WORKDIR /app
COPY package.json packages/pipeline/bin/healthcheck.mjs ./
# Node is process 1 and handles SIGTERM itself. It can't write to /app.
USER 1000:1000
HEALTHCHECK --interval=2s --timeout=3s --start-period=30s --retries=5 CMD ["node", "healthcheck.mjs"]

FROM runtime AS order-service
COPY --from=order-service-packages /app ./
COPY packages/outbox packages/outbox
COPY packages/service-kit packages/service-kit
COPY order-service order-service
ENV HTTP_HOST=0.0.0.0 HEALTH_URL=http://127.0.0.1:8080/health/ready OTEL_SERVICE_NAME=order-service
EXPOSE 8080
CMD ["node", "--import", "@outbox-cdc/service-kit/tracing", "order-service/src/main.ts"]

FROM runtime AS delivery-service
COPY --from=delivery-service-packages /app ./
COPY packages/outbox packages/outbox
COPY packages/service-kit packages/service-kit
COPY delivery-service delivery-service
ENV HTTP_HOST=0.0.0.0 HEALTH_URL=http://127.0.0.1:8082/health/ready OTEL_SERVICE_NAME=delivery-service
EXPOSE 8082
CMD ["node", "--import", "@outbox-cdc/service-kit/tracing", "delivery-service/src/main.ts"]

# The keeper. Other verbs of connectctl work too: docker run … connectctl status
FROM runtime AS connectctl
COPY --from=connectctl-packages /app ./
COPY packages/outbox packages/outbox
COPY packages/connectctl packages/connectctl
COPY connect-config connect-config
ENV CONNECT_DIR=/app/connect-config HEALTH_URL=http://127.0.0.1:8084/health/live
EXPOSE 8084
ENTRYPOINT ["node", "packages/connectctl/src/cli.ts"]
CMD ["keep", "--host", "0.0.0.0"]

FROM runtime AS console
COPY --from=console-packages /app ./
COPY packages/outbox packages/outbox
COPY packages/service-kit packages/service-kit
COPY packages/connectctl packages/connectctl
COPY packages/console packages/console
COPY connect-config connect-config
COPY systems/orders-and-deliveries.hops.json systems/orders-and-deliveries.saga-map.json systems/
ENV CONSOLE_HOST=0.0.0.0 \
    CONNECT_DIR=/app/connect-config \
    HEALTH_URL=http://127.0.0.1:9000/health/live
EXPOSE 9000
CMD ["node", "--max-semi-space-size=4", "--max-old-space-size=192", "packages/console/src/cli.ts"]

# The jobs before the first service: passwords, accounts, topics, tables.
FROM runtime AS prepare
COPY --from=prepare-packages /app ./
COPY packages/outbox packages/outbox
COPY packages/service-kit packages/service-kit
COPY packages/stack packages/stack
COPY packages/pipeline packages/pipeline
COPY order-service order-service
COPY delivery-service delivery-service
COPY systems systems
HEALTHCHECK NONE
CMD ["node", "packages/pipeline/bin/prepare.ts"]

# Every service of examples/flower-delivery: docker run … flower-delivery examples/flower-delivery/order/main.ts
# Its manifests (deploy/) ask each service for its health.
FROM runtime AS flower-delivery
COPY --from=flower-delivery-packages /app ./
COPY packages/outbox packages/outbox
COPY packages/service-kit packages/service-kit
COPY examples/flower-delivery examples/flower-delivery
ENV HTTP_HOST=0.0.0.0
HEALTHCHECK NONE
EXPOSE 8080
ENTRYPOINT ["node", "--import", "@outbox-cdc/service-kit/tracing"]
CMD ["examples/flower-delivery/gateway/main.ts"]

# Its accounts and tables.
FROM runtime AS flower-prepare
COPY --from=flower-prepare-packages /app ./
COPY packages/outbox packages/outbox
COPY packages/service-kit packages/service-kit
COPY packages/stack packages/stack
COPY packages/pipeline packages/pipeline
COPY examples/flower-delivery examples/flower-delivery
COPY systems systems
ENV SYSTEM=flower-delivery
HEALTHCHECK NONE
ENTRYPOINT ["node", "packages/pipeline/bin/prepare.ts"]

# Strimzi's Kafka Connect with the connectors of Debezium's own image.
FROM quay.io/debezium/connect:3.6.1.Final AS debezium
FROM quay.io/strimzi/kafka:1.2.0-kafka-4.3.1 AS flower-connect
COPY --from=debezium /kafka/connect/debezium-connector-mysql /opt/kafka/plugins/debezium-connector-mysql
COPY --from=debezium /kafka/connect/debezium-connector-postgres /opt/kafka/plugins/debezium-connector-postgres
