// Runs a TypeScript file of this repository on a fresh machine: installs the packages if package-lock.json changed,
// finds a Node that runs TypeScript (the user's own, else the one from the npm package), and hands over to it.
// Plain JavaScript without dependencies: it must run before anything is installed, on Node 20.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const installedMarker = join(root, 'node_modules', '.installed-lock-hash')

/** The path of a Node that is at least 24.12, or a sentence that says what to do. */
export function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 12)) return process.execPath
  const packaged = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(packaged)) return packaged
  return fail(
    `This needs Node 24.12 or newer to run; yours is ${process.versions.node} and no packaged one fits ` +
      `${process.platform}-${process.arch}. Install Node 24 (for example: nvm install 24), then run the command again.`
  )
}

/** Runs `command` with our stdio until it ends; signals go to the child, which decides how to stop. */
export function run(command, args, env = process.env) {
  return new Promise(resolve => {
    const child = spawn(command, args, { stdio: 'inherit', env })
    const forward = signal => child.kill(signal)
    // A terminal sends SIGINT to the whole group already: forwarding it would count as the user's second Ctrl-C.
    process.on('SIGINT', () => process.stdin.isTTY || forward('SIGINT'))
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => forward(signal))
    child.on('error', error => fail(`Cannot start ${command}: ${error.message}`))
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

/** The environment in which our TypeScript runs: Node 24 and the installed tools first on the PATH. */
export function environmentFor(node) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  // kafkajs sets timers that have passed already, and Node 24 warns of each (tulios/kafkajs#1751).
  const options = [process.env.NODE_OPTIONS, '--disable-warning=TimeoutNegativeWarning'].filter(Boolean).join(' ')
  return { ...process.env, PATH: path, NODE_OPTIONS: options, KAFKAJS_NO_PARTITIONER_WARNING: '1' }
}

async function installPackages() {
  const lockHash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(installedMarker) && readFileSync(installedMarker, 'utf8') === lockHash) return
  const started = Date.now()
  console.error('· installing npm packages (once for each package-lock.json) …')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // No package's scripts run: nothing here needs them. (.npmrc can't say so, or `npm pack` would not build.)
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const code = await run(npm, ['ci', '--prefix', root, ...flags])
  if (code !== 0) fail('npm ci failed; its output is above. Check the network, then run the command again.')
  writeFileSync(installedMarker, lockHash)
  console.error(`✓ npm packages installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

function fail(sentence) {
  console.error(`✗ ${sentence}`)
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail(
      `This needs Node 20 or newer to begin with; yours is ${process.versions.node}. Install Node 24, then run it again.`
    )
  const [script, ...args] = process.argv.slice(2)
  if (script === undefined) fail('Usage: node scripts/bootstrap.mjs FILE.ts [arguments]')
  await installPackages()
  const node = findNode()
  process.exit(await run(node, [join(root, script), ...args], environmentFor(node)))
}
