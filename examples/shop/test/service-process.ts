import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A service in a process of its own, which a test can freeze and kill. */
export async function startProcess(folder: 'account' | 'product', mysqlUrl: string) {
  let [child, port] = await spawnService(folder, { MYSQL_URL: mysqlUrl, HTTP_PORT: '0' })
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return {
    url: `http://127.0.0.1:${port}`,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    kill,
    /** At the same port. */
    async startAgain() {
      ;[child, port] = await spawnService(folder, { MYSQL_URL: mysqlUrl, HTTP_PORT: String(port) })
    }
  }
}

async function spawnService(folder: string, env: Readonly<Record<string, string>>): Promise<[ChildProcess, number]> {
  const main = fileURLToPath(new URL(`../${folder}/main.ts`, import.meta.url))
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${folder} ended before it was ready`)))
    createInterface({ input: child.stdout }).on('line', line => {
      const { msg, port: at } = JSON.parse(line)
      if (msg === 'started') resolve(at)
    })
  })
  return [child, port]
}
