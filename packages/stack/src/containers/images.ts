/** The public images of the engines, pinned; docker-compose.yml names the same, which a test compares. */
export const images = {
  mysql: 'mysql:9.7.2',
  kafka: 'apache/kafka:4.3.1',
  connect: 'quay.io/debezium/connect:3.6.1.Final',
  registry: 'apicurio/apicurio-registry:3.3.3'
} as const
