import { onTestFinished } from 'vitest';
import {
  type EiamDeveloperEmulatorSettings,
  startEiamDeveloperEmulator,
} from '../../../src/sandbox/eiam/developer-emulator.ts';
import { $OpenApiUtil, ada, OpenApiClient, organizationalUnit } from './openapi-core.ts';

/** What a token is issued for. The secret has characters that a form encodes. */
export const credentials = {
  client_id: 'app_x',
  client_secret: 'CSecret+/=',
  grant_type: 'client_credentials',
};
export const base = '/v2/idaas_x/app_x';
const instance: EiamDeveloperEmulatorSettings = {
  instanceId: 'idaas_x',
  applicationId: 'app_x',
  clientSecret: credentials.client_secret,
  organizationalUnit,
  customFields: [
    { name: 'age', type: 'number' },
    { name: 'nick', type: 'string' },
    { name: 'vip', type: 'boolean' },
    { name: 'grade', type: 'string', choices: [{ value: 'p7', label: 'P7' }] },
    { name: 'badge', type: 'string', unique: true, required: true },
  ],
  users: [
    { ...ada, customFields: { age: '9', nick: 'old', vip: 'true', badge: 'b-1' } },
    {
      userId: 'user_z',
      username: 'name002',
      email: { address: 'Bob@example.com', verified: false },
      phone: { region: '86', number: '15600000001', verified: true },
      customFields: { badge: 'b-2' },
      createdAt: ada.createdAt,
    },
    { userId: 'user/é x', username: 'name003', createdAt: ada.createdAt },
  ],
};
interface OfficialCall {
  readonly action: string;
  readonly method?: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly authorization?: string;
}

/** An emulator until the test ends, and the official client's calls to it. */
export async function start(settings: Partial<EiamDeveloperEmulatorSettings> = {}) {
  const emulator = await startEiamDeveloperEmulator({ ...instance, ...settings });
  onTestFinished(() => emulator.close());
  const config = { endpoint: new URL(emulator.url).host, protocol: 'HTTP', signatureAlgorithm: 'v2' };
  const client = new OpenApiClient(new $OpenApiUtil.Config(config));
  let token = '';
  /** What it returns; `400 Code` where it throws. */
  async function call({ action, method = 'POST', path, query = {}, body, ...more }: OfficialCall) {
    const { authorization = `Bearer ${token}` } = more;
    const params = new $OpenApiUtil.Params({
      ...{ action, version: '2022-02-25', protocol: 'HTTP', method, authType: 'Anonymous', style: 'ROA' },
      ...{ pathname: base + path, reqBodyType: 'json' },
      bodyType: /Patch|able/.test(action) ? 'none' : 'json',
    });
    const headers = action === 'GenerateToken' ? {} : { Authorization: authorization };
    const request = new $OpenApiUtil.OpenApiRequest({ headers, query, ...(body ? { body } : {}) });
    return client.callApi(params, request, {} as never).then(
      (answer) => answer.body as unknown,
      ({ statusCode, code }: Record<string, unknown>) => `${statusCode} ${code}`,
    );
  }
  const getToken = async (query: Record<string, string> = credentials) => {
    const answer = await call({ action: 'GenerateToken', path: '/oauth2/token', query });
    token = Object(answer).access_token;
    return answer;
  };
  await getToken();
  const patch = (body: object, userId = 'user_y') =>
    call({ action: 'PatchUser', method: 'PATCH', path: `/users/${userId}`, body });
  /** A request of its own, with the token. */
  const send = async (method: string, path: string, body?: string, type = 'application/json') => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const response = await fetch(emulator.url + path, { method, headers, ...(body && { body }) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { emulator, call, patch, send, getToken };
}
