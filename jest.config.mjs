const here = import.meta.dirname;

/** One jest configuration for the whole repository; a path argument narrows it (`npx jest libs/policy`). */
export default {
  rootDir: here,
  testEnvironment: 'node',
  globalSetup: '<rootDir>/libs/testing/jest/setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/jest/teardown.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  // A worker that has grown beyond this after a spec is replaced: modules of specs are never given back.
  workerIdleMemoryLimit: '1GB',
  testMatch: ['<rootDir>/{apps,libs,infra,test,tools}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/(apps|libs|infra)/[^/]+/dist/', '<rootDir>/\\.countersign/'],
  moduleNameMapper: {
    '^@countersign/local$': '<rootDir>/infra/local/src/index.ts',
    '^@countersign/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^@countersign/([^/]+)/([^/]+)$': '<rootDir>/libs/$1/src/$2.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  testTimeout: 20_000,
};
