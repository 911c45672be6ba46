// node scripts/bootstrap.mjs FILE.ts [arguments]: installs the packages when package-lock.json has changed, then runs the
// file with the Node 24 that is one of them. Plain JavaScript: it must also run on Node 20, before anything is installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tools = join(root, 'node_modules/.bin')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20) fail(`This needs Node 20 or newer; yours is ${process.versions.node}. Install Node 24.`)
await installPackages()
if (!existsSync(join(tools, 'node')) && (major < 24 || (major === 24 && minor < 12)))
  fail(`There is no packaged Node for ${process.platform}-${process.arch}. Install Node 24.12 or newer.`)
const [file, ...args] = process.argv.slice(2)
const env = {
  ...process.env,
  // The packaged node is among the tools. Where no package fits the platform, the user's own node runs.
  PATH: [tools, process.env.PATH].join(delimiter),
  // kafkajs sets timers that have already expired, and Node 24 warns about each (tulios/kafkajs#1751).
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --disable-warning=TimeoutNegativeWarning`.trim(),
  KAFKAJS_NO_PARTITIONER_WARNING: '1',
  // Halves the time until a process runs: Node keeps the types stripped, and what it compiled.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, '.data/compile-cache')
}
process.exit(await run('node', [join(root, file), ...args], env))

async function installPackages() {
  const marker = join(root, 'node_modules/.installed-lock-hash')
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return
  console.error('· installing npm packages (once for each package-lock.json) …')
  // The packages' own scripts don't run: nothing here needs them. (.npmrc can't say so, or `npm pack` wouldn't build.)
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const code = await run('npm', ['ci', '--prefix', root, ...flags])
  if (code !== 0) fail('npm ci failed; its output is above. Check the network, then run the command again.')
  writeFileSync(marker, hash)
}

/** Runs a command with this terminal until it ends, and passes signals on to it. */
function run(command, args, env = process.env) {
  return new Promise(resolve => {
    const child = spawn(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' })
    // A terminal sends SIGINT to the child itself: passing it on would count as a second Ctrl-C.
    process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', error => fail(`Cannot start ${command}: ${error.message}`))
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

function fail(sentence) {
  console.error(`✗ ${sentence}`)
  process.exit(1)
}
