import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { load, objections } from '../harness/config.ts';
import { anyChangedConfig, anyConfig } from './any-config.ts';

/** True if the program accepts it. */
function isAccepted(text: string): boolean {
  try {
    load(text);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return false;
  }
}

it('a generated configuration is accepted by the program and valid by the schema', () => {
  fc.assert(
    fc.property(anyConfig, (config) => {
      const text = JSON.stringify(config);
      expect(isAccepted(text)).toBe(true);
      expect(objections(JSON.parse(text))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

it('a changed configuration that the program accepts is valid by the schema', () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(anyChangedConfig, (config) => {
      const text = JSON.stringify(config);
      if (!isAccepted(text)) {
        seen.refused += 1;
        return;
      }
      seen.accepted += 1;
      expect(objections(JSON.parse(text))).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
  // About two hundred of a thousand are accepted; with far fewer the property would test nothing.
  expect(seen.accepted).toBeGreaterThan(50);
  expect(seen.refused).toBeGreaterThan(50);
});
