export type KafkaNode = { readonly id: number; readonly port: number; readonly controllerPort: number }

/** One node among `nodes`, reached at 127.0.0.1 by everyone, whichever interface it listens on. No topic by accident. */
export function brokerSettings(
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  listenOn: string
): Readonly<Record<string, string | number | boolean>> {
  const replicas = Math.min(3, nodes.length)
  const inSync = replicas === 3 ? 2 : 1
  return {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${listenOn}:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 10,
    'group.initial.rebalance.delay.ms': 0,
    // A broker that was killed may not come back before its former life counts as over: by default after 9 s.
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 500
  }
}
