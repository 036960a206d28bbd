import { rows } from '../harness/config.ts';

const by = (problem: string, origins: string) =>
  rows(origins).map((origin) => [origin, `Expected https to a public name, but ${problem}.`] as const);

/** Origins that are never accepted, with the reason. */
export const privateOrigins = [
  ...by(
    'it is not https',
    `http://login.canary.example
    http://10.0.0.1
    http://127.0.0.1.canary.example
    http://localhost.canary.example`,
  ),
  ...by(
    'it is an address, not a name',
    `https://10.0.0.1
    https://169.254.169.254
    https://8.8.8.8:8443
    https://0
    https://127.0.0.1..
    https://[fe80::1]
    https://[::ffff:10.0.0.1]`,
  ),
  ...by(
    'it is not a public name',
    `https://canary
    https://canary.local
    https://canary.localhost
    https://canary.internal
    https://metadata.canary.internal.
    https://canary.lan
    https://canary.home.arpa
    https://localhost.
    https://localhost.localdomain`,
  ),
];

/** Origins that are accepted only where loopback is allowed, with the reason. */
export const loopbackOrigins = [
  ...by(
    'it is not https',
    'http://127.0.0.1:4000\nhttp://127.8.9.1\nhttp://localhost:4000\nhttp://[::1]:4000',
  ),
  ...by(
    'it is an address, not a name',
    `https://127.0.0.1
    https://127.1
    https://0x7f000001
    https://１２７.0.0.1
    https://[::1]`,
  ),
  ...by('it is not a public name', 'https://localhost\nhttps://LOCALHOST'),
];
