import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Node takes graphql's main file; Vite would take its module file for our sources and so make two graphqls.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: { include: ['test/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 },
});
