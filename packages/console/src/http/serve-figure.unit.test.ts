import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger, loadConfig } from '@outbox-cdc/service-kit'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it } from 'vitest'
import { configSchema } from '../config.ts'
import { readFigure } from '../figure.ts'
import { ask, startConsole } from '../testing/console-bench.ts'

const nowhere = { KAFKA_BROKERS: '127.0.0.1:9' }

it('serves the picture of the settings so that nothing in it can run', async () => {
  const file = join(await tempFolder('figure'), 'figure.svg')
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
  await writeFile(file, svg)
  const url = await startConsole({ ...nowhere, FIGURE_FILE: file, FIGURE_TITLE: '<b>', FIGURE_ABOUT: 'what it shows' })
  expect((await ask(`${url}/api/about`, {})).body).toMatchObject({ figure: { title: '<b>', about: 'what it shows' } })
  const answer = await fetch(`${url}/figure.svg`)
  expect(answer.headers.get('content-type')).toContain('image/svg+xml')
  expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox")
  expect(await answer.text()).toBe(svg)
})

it('shows no picture where the settings name none', async () => {
  const url = await startConsole(nowhere)
  expect((await ask(`${url}/api/about`, {})).body).toMatchObject({ figure: null })
  expect((await ask(`${url}/figure.svg`, { headers: { accept: 'image/*' } })).status).toBe(404)
})

it('starts without a picture that it cannot read, and says so', async () => {
  const said: unknown[] = []
  const logger = createLogger('console', 'silent')
  logger.error = (...line: unknown[]) => void said.push(line)
  const config = loadConfig(configSchema, { ...nowhere, HOPS_FILE: 'none', FIGURE_FILE: '/no/such.svg' })
  expect(readFigure(config, logger)).toBeUndefined()
  expect(said).toMatchObject([[{ file: '/no/such.svg' }, 'the page shows no picture: FIGURE_FILE cannot be read']])
  const url = await startConsole({ ...nowhere, FIGURE_FILE: '/no/such.svg' })
  expect((await ask(`${url}/api/about`, {})).body).toMatchObject({ figure: null })
})
