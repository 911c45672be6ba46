type Manifest = {
  readonly exports: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** The workspace's package.json as the published package needs it: the same entries, built, without what only the workspace needs. */
export function publishedManifest({ exports, bin, ...manifest }: Manifest): Record<string, unknown> {
  const { private: _, scripts: __, devDependencies: ___, ...published } = manifest
  return {
    ...published,
    engines: { node: '>=22.18' },
    sideEffects: false,
    // In the workspace a small file finds a Node that runs TypeScript; the built CLI runs by itself.
    bin: Object.fromEntries(Object.keys(bin).map(name => [name, './dist/cli.js'])),
    exports: Object.fromEntries(
      Object.entries(exports).map(([path, file]) => [
        path,
        { types: built(file, '.d.ts'), default: built(file, '.js') }
      ])
    )
  }
}

function built(file: string, extension: string): string {
  return file.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, extension)
}
