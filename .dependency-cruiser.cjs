/** No import cycles, type-only ones included: a cycle means two ideas that have not been told apart. */
module.exports = {
  forbidden: [{ name: 'no-circular', severity: 'error', from: {}, to: { circular: true } }],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.spec.json' },
    exclude: { path: '(dist|node_modules)/' },
    doNotFollow: { path: 'node_modules' },
  },
};
