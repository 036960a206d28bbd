import { createHash, createHmac, randomUUID } from 'node:crypto';
import { afterEach, expect } from 'vitest';
import {
  type EiamManagementEmulatorSettings,
  startEiamManagementEmulator,
} from '../../src/sandbox/eiam/management-emulator.ts';
import type { Emulator } from '../../src/sandbox/emulator.ts';

/** A request id as the service writes it. */
export const requestId = expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
/** When everybody was made. */
export const createdAt = Date.UTC(2024, 0, 1);
/** When the recordings were made. */
export const recordedAt = Date.parse('2026-11-22T00:13:04Z');
/** The ids that the official client was recorded with, so that its recordings can be played here. */
export const recorded = {
  instanceId: 'idaas_x',
  accessKeyId: 'testid',
  accessKeySecret: 'testsecret',
  organizationalUnits: [
    { organizationalUnitId: 'ou_1', organizationalUnitName: 'One' },
    { organizationalUnitId: 'ou_2', organizationalUnitName: 'Two' },
  ],
  customFields: [
    { name: 'age', type: 'number' },
    { name: 'nick_name', type: 'string' },
  ],
  users: [
    {
      userId: 'user_y',
      username: 'name001',
      displayName: 'Ada',
      email: { address: 'ada@example.com', verified: true },
      phone: { region: '86', number: '15600000001', verified: true },
      status: 'enabled',
      customFields: { age: '9', nick_name: 'old' },
      createdAt,
    },
    { userId: 'user_1', username: 'first', status: 'disabled', createdAt },
    { userId: 'user_2', username: 'second', status: 'enabled', createdAt },
  ],
} satisfies EiamManagementEmulatorSettings;
/** What names the user that most calls are about. */
export const key = { InstanceId: 'idaas_x', UserId: 'user_y' };

/** What is closed after the test. */
export const open: Emulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((emulator) => emulator.close()));
});

/** In hexadecimal. */
export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** In what a request differs from a well-made one. */
export interface Odd {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly secret?: string;
  readonly id?: string;
  readonly headers?: Record<string, string>;
  readonly unsigned?: string;
  readonly authorization?: string;
  /** Names a parameter that is sent twice. */
  readonly twice?: string;
}

/** Starts an emulator that is closed after the test, and signs calls to it. */
export async function start(settings: Partial<EiamManagementEmulatorSettings> = {}) {
  const emulator = await startEiamManagementEmulator({ ...recorded, ...settings });
  open.push(emulator);
  /** The test's own signature: the third one, beside the emulator's and the official client's. */
  const call = async (action: string, parameters: Record<string, string>, odd: Odd = {}) => {
    const { method = 'POST', path = '/', body = '', secret = 'testsecret', id = 'testid' } = odd;
    const query = [...Object.keys(parameters), ...(odd.twice ? [odd.twice] : [])]
      .sort()
      .map((name) => `${escaped(name)}=${escaped(parameters[name] ?? '')}`)
      .join('&');
    const headers: Record<string, string> = {
      host: new URL(emulator.url).host,
      'x-acs-action': action,
      'x-acs-version': '2021-12-01',
      'x-acs-date': `${new Date((settings.now ?? Date.now)()).toISOString().slice(0, 19)}Z`,
      'x-acs-signature-nonce': randomUUID(),
      'x-acs-content-sha256': sha256(body),
      ...odd.headers,
    };
    const names = Object.keys(headers)
      .filter((name) => name !== odd.unsigned)
      .sort();
    const block = names.map((name) => `${name}:${headers[name]}\n`).join('');
    const canonical = [method, path, query, block, names.join(';'), sha256(body)].join('\n');
    const signature = createHmac('sha256', secret)
      .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
      .digest('hex');
    const authorization =
      odd.authorization ??
      `ACS3-HMAC-SHA256 Credential=${id},SignedHeaders=${names.join(';')},Signature=${signature}`;
    const init = { method, headers: { ...headers, authorization }, ...(body && { body }) };
    const response = await fetch(`${emulator.url}${path}?${query}`, init);
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Answer,
      canonical,
    };
  };
  /** Status and code of what is answered. */
  const code = async (...given: Parameters<typeof call>) => {
    const { status, body } = await call(...given);
    return body.Code === undefined ? `${status}` : `${status} ${body.Code}`;
  };
  const update = (parameters: Record<string, string>) => code('UpdateUser', { ...key, ...parameters });
  return { emulator, call, code, update };
}
/** A decoded body. */
export type Answer = Record<string, unknown>;
