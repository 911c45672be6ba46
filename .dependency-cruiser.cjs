const service = '(order-service|delivery-service|examples/[^/]+/(?!test/|node_modules/)[^/.]+)'
const workspace = '(packages/[^/]+|order-service|delivery-service|examples/[^/]+|bench|test/support)'
const tests = ['\\.test\\.ts$', '/test/', '/testing/']

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'scripts-are-for-people',
      comment: 'A script may use everything; nothing that a service or a package runs depends on one.',
      severity: 'error',
      from: { path: `^${workspace}/`, pathNot: '^test/support/' },
      to: { path: '^scripts/' }
    },
    {
      name: 'packages-are-imported-by-name',
      comment: 'A relative path into another workspace goes around its exports.',
      severity: 'error',
      from: { path: `^${workspace}/` },
      to: { path: `^${workspace}/`, pathNot: '^$1/', dependencyTypes: ['local'] }
    },
    {
      name: 'a-system-is-a-description',
      comment: 'Systems are data: they import nothing but the type, and what services declare beside their events.',
      severity: 'error',
      from: { path: '^systems/' },
      to: { pathNot: ['^packages/pipeline/src/index\\.ts$', `^${service}/events\\.ts$`] }
    },
    {
      name: 'the-pipeline-knows-no-system',
      severity: 'error',
      from: { path: '^packages/', pathNot: tests },
      to: { path: ['^systems/', `^${service}/`] }
    },
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
      to: { path: ['^packages/(?!service-kit/|outbox/src/(database-errors\\.ts|security/|one-trip/))', `^${service}/`] }
    },
    {
      name: 'services-do-not-start-engines',
      severity: 'error',
      from: { path: [`^${service}/src`, '^packages/(outbox|service-kit)/src'], pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/(stack|pipeline)/' }
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
      name: 'only-the-grpc-adapter-imports-grpc',
      severity: 'error',
      from: { path: `^${service}/`, pathNot: ['/grpc/', ...tests] },
      to: { path: 'node_modules/@grpc/' }
    },
    {
      name: 'the-domain-imports-nothing',
      severity: 'error',
      from: { path: [`^${service}/src/orders/order\\.ts$`, `^${service}/src/deliveries/delivery\\.ts$`] },
      to: { path: '.', pathNot: '^$1' }
    },
    {
      name: 'the-domain-of-flower-delivery-knows-no-protocol',
      comment:
        'Its use cases take ports, so that an adapter of another protocol stands beside REST and changes none of them.',
      severity: 'error',
      from: {
        path: '^examples/flower-delivery/order/(orders/|order-states\\.ts|my-page/(facts|status)\\.ts)',
        pathNot: tests
      },
      to: {
        pathNot: [
          '^examples/flower-delivery/order/(orders/|order-states\\.ts|payment/payment-gateway\\.ts|my-page/(facts|status)\\.ts)',
          '^packages/service-kit/src/index\\.ts$'
        ]
      }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.data)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
    parser: 'swc'
  }
}
