import type { Config } from 'jest';

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/support/equal-secrets.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
} satisfies Config['projects'] extends (infer P)[] | undefined ? Partial<Exclude<P, string>> : never;

const config: Config = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['\\.real\\.test\\.ts$'],
      globalSetup: '<rootDir>/test/support/unit-setup.ts',
      globalTeardown: '<rootDir>/test/support/unit-teardown.ts',
    },
    {
      ...shared,
      displayName: 'real',
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.real.test.ts'],
      globalSetup: '<rootDir>/test/support/real-setup.ts',
      globalTeardown: '<rootDir>/test/support/real-teardown.ts',
    },
  ],
  // What hangs is found all the same, and what is slow on a busy machine isn't wrong. Milliseconds.
  testTimeout: 60_000,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  reporters: ['default', '<rootDir>/test/support/summary-reporter.ts'],
  coverageProvider: 'v8',
  collectCoverageFrom: [
    'agent/**/*.ts',
    'bench/**/*.ts',
    'cli/**/*.ts',
    'functions/**/*.ts',
    'infra/**/*.ts',
    'laboratory/**/*.ts',
    'local/**/*.ts',
  ],
};

export default config;
