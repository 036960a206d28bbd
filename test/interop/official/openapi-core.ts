import { createRequire } from 'node:module';
import { expect } from 'vitest';
import type { EmulatorRequest } from '../../../src/sandbox/emulator.ts';

// Required, not imported: a test runner and Node see its default export differently.
export const { default: OpenApiClient, $OpenApiUtil } = createRequire(import.meta.url)(
  '@alicloud/openapi-core',
) as typeof import('@alicloud/openapi-core');

/** A request id as the service writes it. */
export const requestId = expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);

/** An account of the instance that the recordings name. */
export const ada = {
  userId: 'user_y',
  username: 'name001',
  displayName: 'Ada',
  email: { address: 'ada@example.com', verified: true },
  phone: { region: '86', number: '15600000000', verified: true },
  createdAt: Date.UTC(2024, 0, 1),
} as const;
export const organizationalUnit = { organizationalUnitId: 'ou_1', organizationalUnitName: 'Unit' };

/** The account as the developer API answers it, without its custom fields. */
export const adaRecord = {
  ...{ userId: 'user_y', username: 'name001', displayName: 'Ada', status: 'enabled' },
  ...{ phoneRegion: '86', phoneNumber: '15600000000', phoneNumberVerified: true },
  ...{ email: 'ada@example.com', emailVerified: true, passwordSet: false, groups: [] },
  ...{ userExternalId: 'user_y', userSourceType: 'build_in', userSourceId: 'idaas_x', instanceId: 'idaas_x' },
  ...{ createTime: ada.createdAt, updateTime: ada.createdAt, registerTime: ada.createdAt },
  organizationalUnits: [{ ...organizationalUnit, primary: true }],
  primaryOrganizationalUnitId: 'ou_1',
};

type Recorded = Pick<EmulatorRequest, 'method' | 'url'> & {
  readonly headers: object;
  readonly body: unknown;
};

/** A request without the parts that differ in each run: time, nonce, host, and what is made of them. */
export function comparable({ method, url, headers, body }: Recorded) {
  const varying = ['date', 'host', 'user-agent', 'x-acs-date', 'x-acs-signature-nonce'];
  const kept = Object.entries(headers as Record<string, string>)
    .filter(([name]) => !varying.includes(name))
    .map(([name, value]) => [name, value.replace(/(Signature=|Bearer ).+/, '$1…')]);
  return { method, url, headers: Object.fromEntries(kept), body: body ?? '' };
}
