import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Import directions of docs/architecture.md: app → adapter → contract; app → domain → contract. */
const layer = (tag, ...may) => ({ sourceTag: `type:${tag}`, onlyDependOnLibsWithTags: may.map((t) => `type:${t}`) });
const constraints = [
  layer('contract', 'contract'),
  { ...layer('domain', 'contract'), bannedExternalImports: ['@nestjs/*', 'kafkajs', '@clickhouse/*', 'jose'] },
  layer('adapter', 'adapter', 'contract'),
  layer('sdk', 'contract'),
  layer('infra', 'adapter', 'contract', 'sdk'),
  layer('testing', 'infra', 'adapter', 'contract', 'sdk'),
  layer('app', 'adapter', 'domain', 'contract', 'sdk', 'infra'),
];
// Specs of these packages use the test harness, which is built on them. No file is in a cycle: dependency-cruiser checks.
const viaSpecs = [
  ['@countersign/testing', '@countersign/kafka'],
  ['@countersign/testing', '@countersign/local'],
];
const specs = ['**/*.spec.ts', '**/test/**/*.ts'];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/generated/**',
      '.countersign/**',
      '.nx/**',
      'infra/kafka/target/**',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.mjs'],
    plugins: { '@nx': nx },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          ignoredCircularDependencies: viaSpecs,
          depConstraints: constraints,
        },
      ],
    },
  },
  {
    files: ['libs/{policy,approval,metrics}/src/**/*.ts'],
    ignores: specs,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*'], message: 'The domain is pure: pass it in.' }] },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'The domain is pure: pass it in.' },
        { name: 'setTimeout', message: 'The domain has no clock.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The domain has no clock.' },
        { object: 'Math', property: 'random', message: 'The domain has no randomness.' },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: specs,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: specs,
    rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', 400], '@nx/enforce-module-boundaries': 'off' },
  },
  // The command brings a fresh clone up before there is any package to import.
  { files: ['apps/cli/bin/*.mjs'], rules: { '@nx/enforce-module-boundaries': 'off' } },
  { files: ['apps/cli/**', 'tools/**', 'infra/**', 'test/**'], rules: { 'no-console': 'off' } },
);
