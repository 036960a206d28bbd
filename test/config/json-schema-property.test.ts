import fc from 'fast-check';
import { expect, it } from 'vitest';
import { load, objections } from '../harness/config.ts';
import { anyConfig } from './any-config.ts';

it('a generated configuration is accepted by the program and valid by the schema', () => {
  fc.assert(
    fc.property(anyConfig, (config) => {
      const text = JSON.stringify(config);
      load(text);
      expect(objections(JSON.parse(text))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
