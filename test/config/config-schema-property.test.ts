import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { anyChangedConfig, anyConfig } from './any-config.ts';
import { load, objections } from './config-schema.ts';

/** Whether the program takes it. */
function isTaken(text: string): boolean {
  try {
    return load(text) !== undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return false;
  }
}

it('a configuration that the program takes is valid', () => {
  fc.assert(
    fc.property(anyConfig, (config) => {
      const text = JSON.stringify(config);
      expect(isTaken(text)).toBe(true);
      expect(objections(JSON.parse(text))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

it('whatever is changed in one, what the program takes is valid', () => {
  const seen = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(anyChangedConfig, (config) => {
      const text = JSON.stringify(config);
      if (!isTaken(text)) {
        seen.refused += 1;
        return;
      }
      seen.taken += 1;
      expect(objections(JSON.parse(text))).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
  // Of a thousand about two hundred are taken: fewer would say that the changes find nothing out.
  expect(seen.taken).toBeGreaterThan(50);
  expect(seen.refused).toBeGreaterThan(50);
});
