import { afterEach, expect } from 'vitest';
import {
  type EiamDeveloperEmulatorSettings,
  startEiamDeveloperEmulator,
} from '../../src/sandbox/eiam/developer-emulator.ts';

/** The emulator, with its own `revokeTokens`. */
export type DeveloperEmulator = Awaited<ReturnType<typeof startEiamDeveloperEmulator>>;

/** A decoded body; `""` where there was none. */
type Answer = string & Record<string, unknown>;

/** Has every sign that a form encodes. */
export const clientSecret = 'CSecret+/=';
/** A request id as the service writes it. */
export const requestId = expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
/** When everybody was made. */
export const createdAt = Date.UTC(2024, 0, 1);
/** The ids that the official client was recorded with, so that its recordings can be played here. */
export const recorded = {
  instanceId: 'idaas_x',
  applicationId: 'app_x',
  clientSecret,
  organizationalUnits: [{ organizationalUnitId: 'ou_1', organizationalUnitName: 'Unit' }],
  customFields: [
    { name: 'age', type: 'number' },
    { name: 'nick', type: 'string' },
    { name: 'vip', type: 'boolean' },
    { name: 'grade', type: 'string', choices: [{ value: 'p7', label: 'P7' }] },
    { name: 'badge', type: 'string', unique: true, required: true },
    { name: '__proto__', type: 'string' },
  ],
  users: [
    {
      userId: 'user_y',
      username: 'name001',
      displayName: 'Ada',
      email: { address: 'ada@example.com', verified: true },
      phone: { region: '86', number: '15600000000', verified: true },
      status: 'enabled',
      customFields: { age: '9', nick: 'old', vip: 'true', badge: 'b-1' },
      createdAt,
    },
    {
      userId: 'user_z',
      username: 'name002',
      email: { address: 'Bob@example.com', verified: false },
      phone: { region: '86', number: '15600000001', verified: true },
      status: 'disabled',
      customFields: { badge: 'b-2' },
      createdAt,
    },
    { userId: 'user/é x', username: 'name003', status: 'enabled', createdAt },
  ],
  now: () => Date.UTC(2026, 10, 22),
} satisfies EiamDeveloperEmulatorSettings;

const open: DeveloperEmulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((emulator) => emulator.close()));
});

/** Starts an emulator that is closed after the test, takes a token, and makes calls with it. */
export async function start(settings: Partial<EiamDeveloperEmulatorSettings> = {}) {
  const emulator = await startEiamDeveloperEmulator({ ...recorded, ...settings });
  open.push(emulator);
  const base = `${emulator.url}/v2/${settings.instanceId ?? 'idaas_x'}/${settings.applicationId ?? 'app_x'}`;
  const tokenCall = (body: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${base}/oauth2/token`, { method: 'POST', headers, body: new URLSearchParams(body) });
  const granted = await tokenCall({
    grant_type: 'client_credentials',
    client_id: settings.applicationId ?? 'app_x',
    client_secret: clientSecret,
  });
  const { access_token: token } = (await granted.json()) as { access_token?: string };
  const call = async (method: string, path: string, body?: unknown, authorization = `Bearer ${token}`) => {
    const sent = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(sent !== undefined && { body: sent }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? text : JSON.parse(text)) as Answer };
  };
  const patch = (body: unknown, userId = 'user_y') => call('PATCH', `/users/${userId}`, body);
  const custom = (...customFields: unknown[]) => patch({ customFields });
  /** Status and code of what is answered, in either grammar. */
  const refusal = async (answer: ReturnType<typeof call>) => {
    const { status, body } = await answer;
    return `${status} ${body.Code ?? body.error ?? JSON.stringify(body)}`;
  };
  return { emulator, base, token, tokenCall, call, patch, custom, refusal };
}
