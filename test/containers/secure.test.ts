import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { type ComposeProject, createComposeProject } from './compose-project.ts'
import { dockerWith } from './engine/docker.ts'

const containers = inject('containers')
const docker = dockerWith(containers.why === undefined ? containers.env : {})
let project: ComposeProject

/** Runs a program in the container of a service. */
const inside = (service: string, ...command: readonly string[]) => project.compose('exec', '-T', service, ...command)

describe.skipIf(containers.why !== undefined)('docker compose --env-file secure.env up --wait', () => {
  beforeAll(async () => {
    project = await createComposeProject(docker, 'secure.env')
    await project.compose('build', '--quiet')
    await project.compose('up', '--detach', '--wait')
  })
  afterAll(() => project?.stop())

  it('delivers orders, and the keeper sees them flow', async () => {
    const at = (service: 'order-service' | 'delivery-service') => `http://127.0.0.1:${project.ports[service]}`
    const names = Array.from({ length: 20 }, (_, n) => `secured ${n}`)
    // A busy machine may refuse one.
    for (const name of names)
      await eventually(async () => {
        const { status, text } = await post(`${at('order-service')}/order`, { name, quantity: 1 })
        expect([status, text]).toEqual([201, text])
      })
    await eventually(async () => {
      const { body } = await get(`${at('delivery-service')}/deliveries?limit=200`)
      const delivered = (body.items as { name: string }[]).map(({ name }) => name)
      expect(new Set(delivered)).toEqual(new Set(names))
    })
    await eventually(async () => {
      const status = await project.compose('run', '--rm', '--quiet', 'connectors', 'status')
      expect(status).toMatch(/orders-connector +flowing/)
    })
  })

  it('refuses who comes without TLS or without a password', async () => {
    const mysql = 'MYSQL_PWD=$(cat /run/secrets/root) mysql -h 127.0.0.1 -u root --get-server-public-key -e "SELECT 1"'
    await inside('mysql', 'bash', '-c', mysql)
    await expect(inside('mysql', 'bash', '-c', `${mysql} --ssl-mode=DISABLED`)).rejects.toThrow(
      '--require_secure_transport=ON'
    )
    const asked = (password: string) =>
      inside(
        'connect',
        'bash',
        '-c',
        `printf 'user = "connect-admin:%s"' "${password}" | curl -K - -s -o /dev/null -w '%{http_code}' --cacert /run/secrets/tls/ca.pem https://localhost:8083/connectors`
      )
    expect(await asked('wrong')).toBe('401')
    expect(await asked('$(cat /run/secrets/connect-admin)')).toBe('200')
  })

  it.each([
    ['order-service', ['ca.pem', 'order_service']],
    ['delivery-service', ['ca.pem', 'delivery_service', 'kafka-delivery-service']],
    ['keeper', ['ca.pem', 'connect-admin', 'kafka-keeper', 'keeper']],
    ['console', ['ca.pem', 'connect-admin', 'console', 'kafka-console']]
  ])('lets %s read its own passwords, and no key', async (service, files) => {
    const readable = await inside(service, 'find', '/run/secrets', '-type', 'f', '-readable', '-printf', '%f ').catch(
      String
    )
    const settings = ['connect-login.conf', 'connectors.properties'] // without a secret
    const secrets = readable.split(' ').filter(name => name !== '' && !settings.includes(name))
    expect(secrets.toSorted()).toEqual(files)
  })

  it('shows no secret in a log, in a list of processes or in an environment', async () => {
    const read = 'for f in $(find /run/secrets -type f ! -name "*.*"); do cat $f; echo; done'
    const listed = await docker.run([
      'run',
      '--rm',
      '--user',
      '0',
      '-v',
      `${project.name}_secrets:/run/secrets:ro`,
      '--entrypoint',
      'bash',
      'mysql:9.7.2',
      '-c',
      read
    ])
    const secrets = listed.split('\n').filter(line => line.length > 20)
    expect(secrets.length).toBeGreaterThan(12)
    const shown = [await project.compose('logs', '--no-color'), await project.compose('top')]
    const ids = (await project.compose('ps', '--all', '--quiet')).trim().split('\n')
    shown.push(await docker.run(['inspect', ...ids]))
    expect(secrets.filter(secret => shown.some(text => text.includes(secret)))).toEqual([])
  })
})
