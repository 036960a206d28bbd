import { expect } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';

/**
 * What the configuration that this reads is refused with, a line a problem. Asserts that it is refused, and that no
 * line prints a value: those that must not be printed hold the word canary.
 */
export function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message } = error as ConfigError;
    expect(message).not.toMatch(/canary/i);
    return message;
  }
  throw new Error('It was taken.');
}
