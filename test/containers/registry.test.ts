import { afterAll, describe, expect, inject, it } from 'vitest'
import { coreSuite } from '../support/core-suite.ts'
import { openAvro } from '../support/avro-core-suite.ts'
import { type ComposeProject, createComposeProject } from './compose-project.ts'
import { dockerWith } from './engine/docker.ts'

const containers = inject('containers')
const docker = dockerWith(containers.why === undefined ? containers.env : {})
let project: ComposeProject

describe.skipIf(containers.why !== undefined)('docker compose --env-file registry.env up --wait', () => {
  coreSuite('gives a pipeline with Avro events that', async () => {
    project = await createComposeProject(docker, 'registry.env')
    await project.compose('build', '--quiet')
    await project.compose('up', '--detach', '--wait')
    const url = `http://127.0.0.1:${project.published['REGISTRY_PORT']}/apis/ccompat/v7`
    return { ...project, open: openAvro(url) }
  })

  it('has a connector that connectctl finds flowing, as its file says', async () => {
    const connectctl = (verb: string) => project.compose('run', '--rm', '--quiet', 'connectors', verb)
    expect(await connectctl('status')).toMatch(/orders-connector +flowing/)
    expect(await connectctl('diff')).toMatch(/no change/i)
  })
})

afterAll(() => project?.stop())
