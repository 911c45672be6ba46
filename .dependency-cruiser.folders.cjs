const { options } = require('./.dependency-cruiser.cjs')

// Folders that import each other can't be read one after the other. Tests may reach anywhere, so they are left out; that
// needs a run of its own: depcruise --config .dependency-cruiser.folders.cjs.
module.exports = {
  forbidden: [
    {
      name: 'no-cycles-between-folders',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true }
    }
  ],
  options: { ...options, exclude: { path: [options.exclude.path, '\\.test\\.ts$', '(^|/)(test|testing)/'] } }
}
