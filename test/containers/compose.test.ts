import { afterAll, describe, expect, inject, it } from 'vitest'
import { coreSuite } from '../support/core-suite.ts'
import { eventually } from '../support/eventually.ts'
import { get } from '../support/http.ts'
import { type ComposeProject, createComposeProject } from './compose-project.ts'
import { dockerWith } from './engine/docker.ts'

const containers = inject('containers')
const skipped = containers.why !== undefined
const docker = dockerWith(skipped ? {} : containers.env)
const megabytes250 = 250_000_000
let project: ComposeProject

describe.skipIf(skipped)('docker compose up --wait', () => {
  coreSuite('gives a pipeline that', async () => {
    project = await createComposeProject(docker)
    await project.compose('config', '--quiet')
    await project.compose('build', '--quiet')
    await project.compose('up', '--detach', '--wait')
    return project
  })

  it('has a connector that connectctl finds flowing', async () => {
    expect(await project.compose('run', '--rm', '--quiet', 'connectors', 'status')).toMatch(/orders-connector +flowing/)
  })

  it('shows in the console how an order travelled', async () => {
    await eventually(async () => {
      const { body } = await get(`http://127.0.0.1:${project.ports.console}/api/orders/1`)
      expect(body).toMatchObject({ found: true, finished: true })
    })
    const { body } = await get(`http://127.0.0.1:${project.ports.console}/api/flow`)
    expect(body).toMatchObject({ headline: { state: 'ok' } })
  })

  it.each(['order-service', 'delivery-service', 'keeper', 'console'])(
    'runs %s without root, on a file system that it cannot write, with no password but its own',
    async service => {
      const inside = (...command: readonly string[]) => project.compose('exec', '-T', service, ...command).catch(String)
      expect(await inside('id', '-u')).toBe('1000\n')
      expect(await inside('touch', '/app/x')).toMatch(/Read-only file system/)
      const readable = await inside('find', '/run/secrets', '-type', 'f', '-readable', '-printf', '%f ')
      expect(readable).toBe(`${service.replace('-', '_')} `)
    }
  )

  it('starts PostgreSQL beside it with the profile postgres, for those who know its password', async () => {
    const withPostgres = (...args: readonly string[]) => project.compose('--profile', 'postgres', ...args)
    await withPostgres('up', '--detach', '--wait', 'postgres')
    const ask = (password: string) =>
      withPostgres(
        'exec',
        '-T',
        'postgres',
        'bash',
        '-c',
        `PGPASSWORD=${password} psql -h "$(hostname)" -U postgres -Atc 'SHOW wal_level'`
      )
    expect(await ask('$(cat /run/secrets/postgres)')).toBe('logical\n')
    await expect(ask('wrong')).rejects.toThrow('password authentication failed')
  })

  it('has images of ours that stay under 250 MB', async () => {
    const names = (await project.compose('config', '--images'))
      .split('\n')
      .filter(name => name.startsWith('outbox-cdc/'))
    expect(new Set(names).size).toBe(5)
    const sizes = (await docker.run(['image', 'inspect', '-f', '{{.Size}}', ...names])).trim().split('\n')
    expect(sizes.filter(size => Number(size) >= megabytes250)).toEqual([])
  })

  it('ends each of our processes in order when it stops', async () => {
    const services = ['order-service', 'delivery-service', 'keeper', 'console']
    await project.compose('stop', ...services)
    const codes = await project.compose('ps', '-a', '--format', '{{.Service}} {{.ExitCode}}', ...services)
    expect(codes.trim().split('\n').toSorted()).toEqual(services.map(name => `${name} 0`).toSorted())
  })

  it('leaves nothing after down -v', async () => {
    await project.compose('--profile', 'postgres', 'down', '--volumes')
    const label = `label=com.docker.compose.project=${project.name}`
    for (const kind of ['container', 'volume', 'network']) {
      const all = kind === 'container' ? ['--all'] : []
      expect([kind, await docker.run([kind, 'ls', '--quiet', ...all, '--filter', label])]).toEqual([kind, ''])
    }
  })
})

afterAll(() => project?.stop())
