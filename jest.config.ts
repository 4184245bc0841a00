/** @jest-config-loader esbuild-register */
import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  setupFiles: ['<rootDir>/test/support/environment.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/support/after-each-file.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.(ts|js|mjs)$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  // middy and a few others are published as ES modules only
  transformIgnorePatterns: ['/node_modules/(?!(@middy|uuid|lru-cache|jose)/)'],
  modulePathIgnorePatterns: ['build', 'cdk.out', '.guidon', '.emulator'].map(
    (folder) => `<rootDir>/${folder}/`,
  ),
  // the core, and folders that hold what is in no bundle; of the others counts what ran in the bundles, at no price
  coveragePathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/(?!(shared/(evaluation/|contract/|[^/]+$)|functions/|lib/(?!substitutes/)))',
  ],
  coverageDirectory: 'coverage/unit',
  coverageReporters: ['json'],
  // bounds a hang; nothing here measures time, and machines that build may be slow
  testTimeout: 180_000,
  // suites wait as often as they work
  maxWorkers: Math.max(4, availableParallelism()),
};

export default config;
