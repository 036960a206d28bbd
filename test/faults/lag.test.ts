import { expect, it } from 'vitest';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { type DirectoryName, directoryNames } from '../harness/expected.ts';
import { call } from './marked-patch.ts';

const long = process.env.IDPATCH_FAULTS === 'long';
const patches = long ? 300 : 30;

/** How many patches of one directory run at the same time. */
const atOnce = 10;

// As configured by default.
const limits = { readBackMs: 3_000, readBackDelaysMs: [50, 150, 400, 1_000, 2_000] };

it.concurrent.for([150, 800, 2_400])(
  `${patches} patches are all APPLIED where reads lag by %d ms, with six reads each at most`,
  { timeout: 300_000 },
  async (ms, test) => {
    const lag = { readLagMs: () => ms };
    const door = await openBehindProxies(test, { limits, employees: lag, contractors: lag, customers: lag });
    const outcomes: string[] = [];
    // Each of its users has its own line: its patches wait for each other.
    const callLine = async (directory: DirectoryName, userId: string, count: number) => {
      for (let number = 0; number < count; number += 1) {
        const { outcome } = await call(door, `${directory}:${userId}`, {
          displayName: `${userId} ${number}`,
        });
        outcomes.push(outcome);
      }
    };
    // Descope's answer shows the user: every other one is lost, so that the user is read back.
    const { customers } = door.proxies;
    customers.fault = ({ isWrite }) =>
      isWrite && customers.count('write') % 2 === 0 ? { delivered: true, answer: 'reset' } : undefined;
    await Promise.all(
      directoryNames.flatMap((directory) => {
        const userIds = [...door.emulators[directory].users().keys()].slice(0, atOnce);
        return userIds.map((id) => callLine(directory, id, patches / (3 * userIds.length)));
      }),
    );
    expect(outcomes.filter((outcome) => outcome !== 'APPLIED')).toEqual([]);
    for (const directory of directoryNames) {
      const { proxies, emulators } = door;
      expect(emulators[directory].writes).toHaveLength(proxies[directory].count('write'));
      expect(proxies[directory].count('read')).toBeLessThanOrEqual(6 * proxies[directory].count('write') + 1);
    }
  },
);
