import { defineConfig } from 'vitest/config';

// CI may share its machine: a test that times out there is run once more. Not in the faults lane, where a single failure
// may be an untrue answer.
const retry = process.env.CI ? 1 : 0;

const project = (name: string, include: readonly string[], exclude: readonly string[] = []) => ({
  extends: true as const,
  test: { name, include: [...include], exclude: [...exclude], retry: name === 'faults' ? 0 : retry },
});

const others = ['interop', 'faults', 'browser'];

export default defineConfig({
  // Node takes graphql's main file; Vite would take its module file for our sources and so make two graphqls.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Modules are loaded once for all files of a worker: half of the CPU time. So a shared module has no hooks of its own.
    isolate: false,
    // Tests wait for servers and timers more than they compute: twice as many as CI has cores, or more.
    maxWorkers: 4,
    projects: [
      project(
        'fast',
        ['test/**/*.test.ts'],
        others.map((name) => `test/${name}/**`),
      ),
      project('interop', ['test/interop/**/*.test.ts'], ['**/node_modules/**']),
      project('faults', ['test/faults/**/*.test.ts']),
      project('browser', ['test/browser/**/*.test.ts']),
    ],
  },
});
