const service = '(order-service|delivery-service)'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-service-imports-another',
      severity: 'error',
      from: { path: `^${service}/` },
      to: { path: `^${service}/`, pathNot: '^$1/' }
    },
    {
      name: 'outbox-stands-alone',
      comment: 'The library can be taken as it is: it knows no service, no web framework and no other package of ours.',
      severity: 'error',
      from: { path: '^packages/outbox/src', pathNot: '\\.test\\.ts$' },
      to: { path: ['^packages/(?!outbox/)', `^${service}/`, '^scripts/', '^test/', 'node_modules/express'] }
    },
    {
      name: 'service-kit-knows-no-domain',
      severity: 'error',
      from: { path: '^packages/service-kit' },
      to: { path: ['^packages/(?!service-kit/)', `^${service}/`] }
    },
    {
      name: 'services-do-not-start-engines',
      severity: 'error',
      from: { path: [`^${service}/src`, '^packages/(outbox|service-kit)/src'], pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/stack/' }
    },
    {
      name: 'only-http-imports-express',
      severity: 'error',
      from: { path: `^${service}/src`, pathNot: '/src/http/' },
      to: { path: 'node_modules/(express|@types/express)/' }
    },
    {
      name: 'only-messaging-imports-the-kafka-client',
      severity: 'error',
      from: { path: `^${service}/src`, pathNot: ['/src/messaging/', '\\.test\\.ts$'] },
      to: { path: 'node_modules/(kafkajs|@platformatic/kafka)/' }
    },
    {
      name: 'the-domain-imports-nothing',
      severity: 'error',
      from: { path: [`^${service}/src/orders/order\\.ts$`, `^${service}/src/deliveries/delivery\\.ts$`] },
      to: { path: '.', pathNot: '^$1' }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.data)/' },
    tsPreCompilationDeps: true,
    parser: 'swc'
  }
}
