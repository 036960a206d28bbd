import { type EmulatorResponse, serveOnLoopback } from '../../../src/sandbox/emulator.ts';

interface ScimUser {
  readonly id: string;
  readonly userName: string;
  displayName?: string;
  emails?: readonly { readonly value: string }[];
}

/** The path that the server's base URL has. */
export const basePath = '/scim/v2';

/** A SCIM server that keeps these users; `refusal` answers every patch while it is set. */
export async function startScimServer(seed: readonly ScimUser[]) {
  const users = new Map(seed.map((user) => [user.id, { ...user }]));
  const state: { refusal?: EmulatorResponse } = {};
  const served = await serveOnLoopback(({ method, url, body }) => {
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
    if (!pathname.startsWith(`${basePath}/Users`)) return { status: 404, body: 'no such path' };
    const filter = searchParams.get('filter');
    if (filter !== null) {
      const [, userName] = /^userName eq "(.*)"$/.exec(filter) ?? [];
      return {
        status: 200,
        body: { Resources: [...users.values()].filter((one) => one.userName === userName) },
      };
    }
    const user = users.get(decodeURIComponent(pathname.slice(`${basePath}/Users/`.length)));
    if (!user) return scimError(404);
    if (method !== 'PATCH') return { status: 200, body: user };
    if (state.refusal) return state.refusal;
    const { Operations } = JSON.parse(body) as { Operations: { path: string; value: unknown }[] };
    for (const { path, value } of Operations) Object.assign(user, { [path]: value });
    return { status: 200, body: user };
  });
  return { ...served, users, state };
}

/** An error body of RFC 7644, 3.12. */
export function scimError(status: number, scimType?: string): EmulatorResponse {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];
  return { status, body: { schemas, status: `${status}`, scimType, detail: 'Vendor text' } };
}
