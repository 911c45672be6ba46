import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const sizes = { mysql: '400m', kafka: '200m' } as const

export type Disk = keyof typeof sizes

/** Mounts two small file systems that a test can fill; needs the right to mount. */
export async function mountSmallDisks(dir: string): Promise<() => Promise<void>> {
  const folders = (Object.keys(sizes) as Disk[]).map(disk => ({ disk, folder: join(dir, disk) }))
  for (const { disk, folder } of folders) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    mount(folder, sizes[disk])
  }
  return async () => {
    for (const { folder } of folders) spawnSync('umount', [folder])
  }
}

/** Why this machine can't mount small disks; undefined where it can. */
export function whyNoSmallDisks(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  if (status === 0) spawnSync('umount', [folder])
  rmdirSync(folder)
  return status === 0 ? undefined : 'a small disk needs the right to mount a tmpfs, which only root has'
}

/** Writes until the disk is full; call the result to free the space. */
export async function fillDisk(dir: string, disk: Disk): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(dir, disk, 'filler-'))
  const block = Buffer.alloc(256 * 1024)
  for (let size = block.length; size >= 1024; size /= 2) {
    for (let refused = false; !refused; )
      await writeFile(join(folder, 'filler'), block.subarray(0, size), { flag: 'a' }).catch(() => (refused = true))
  }
  return () => rm(folder, { recursive: true })
}

function mount(folder: string, size: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
  if (status !== 0) throw new Error(`${folder} could not be mounted: ${String(stderr)}`)
}
