import { copyFile, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { execa } from 'execa'

// npm runs this before and after `npm pack` of a package. npm packs the files that it finds, so the published
// package.json replaces the workspace's meanwhile.
const root = join(import.meta.dirname, '..')
const source = process.cwd()
const build = join(root, '.data/pack', basename(source))
const manifestPath = join(source, 'package.json')
const aside = join(build, 'package.json')

/** Helpers of our own tests, which need the workspace; `./testing` without a star is for users. */
const forOurTests = './testing/*'

type Manifest = {
  readonly exports: string | Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** The workspace's package.json as the published package needs it: the same entries, built, without what only the workspace needs. */
function publishedManifest({ exports, bin = {}, ...manifest }: Manifest): object {
  const { private: _, scripts: __, devDependencies: ___, ...published } = manifest
  const entries = Object.entries(typeof exports === 'string' ? { '.': exports } : exports).filter(
    ([path]) => path !== forOurTests
  )
  return {
    ...published,
    ...withoutExports(entries),
    engines: { node: '>=22.18' },
    sideEffects: false,
    // In the workspace a small file finds the addresses of `npm start`; the published CLI is the built one.
    bin: Object.fromEntries(Object.keys(bin).map(name => [name, './dist/cli.js'])),
    exports: Object.fromEntries(
      entries.map(([path, file]) => [
        path,
        {
          // Node requires these modules as they are, but TypeScript's node16 asks for types that are CommonJS.
          require: { types: built(file, '.d.ts').replace('./dist/', './dist/commonjs/'), default: built(file, '.js') },
          default: { types: built(file, '.d.ts'), default: built(file, '.js') }
        }
      ])
    )
  }
}

/** The same entries for what doesn't read "exports": TypeScript with the module resolution node10. */
function withoutExports(entries: readonly (readonly [path: string, file: string])[]): object {
  const typesOf = entries.map(([path, file]) => [path.replace(/^\.\/?/, ''), built(file, '.d.ts')] as const)
  const main = typesOf.find(([path]) => path === '')?.[1]
  const typesVersions = {
    '*': Object.fromEntries(typesOf.filter(([path]) => path !== '').map(([path, types]) => [path, [types]]))
  }
  return main === undefined ? {} : { main: main.replace(/\.d\.ts$/, '.js'), types: main, typesVersions }
}

function built(file: string, extension: string): string {
  return file.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, extension)
}

/** JavaScript and types in dist, with the files of a page beside them. */
async function buildPackage({ exports }: Manifest): Promise<void> {
  const dist = join(source, 'dist')
  const unpublished = [
    'src/**/*.test.ts',
    'src/page',
    ...(Object.keys(exports).includes(forOurTests) ? ['src/testing'] : [])
  ]
  await rm(dist, { recursive: true, force: true })
  // The types of the other packages are their sources, so these are compiled too, and left out.
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      rootDir: join(root, 'packages'),
      outDir: build,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      target: 'es2023',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node']
    },
    include: [join(source, 'src')],
    exclude: unpublished.map(path => join(source, path))
  }
  await writeFile(join(build, 'tsconfig.json'), JSON.stringify(config))
  await execa({ stdio: 'inherit' })`tsc -p ${join(build, 'tsconfig.json')}`
  await cp(join(build, basename(source), 'src'), dist, { recursive: true })
  await cp(dist, join(build, 'commonjs'), { recursive: true, filter: path => !path.endsWith('.js') })
  await rename(join(build, 'commonjs'), join(dist, 'commonjs'))
  await writeFile(join(dist, 'commonjs/package.json'), '{"type":"commonjs"}')
  const page = join(source, 'src/page')
  await cp(page, join(dist, 'page'), {
    recursive: true,
    filter: path => !/\.test\.|tsconfig|\.d\.ts$/.test(path)
  }).catch(ignoreMissing)
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

// Also undoes a run that was killed half-way.
await rename(aside, manifestPath).catch(ignoreMissing)
await rm(build, { recursive: true, force: true })

if (process.argv[2] === 'before') {
  await mkdir(build, { recursive: true })
  const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as Manifest
  await buildPackage(manifest)
  await copyFile(manifestPath, aside)
  await writeFile(manifestPath, `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
}
