import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/service.ts';
import { type FrontDoor, openFrontDoor } from '../front-door.ts';
import { startAnother, startTokenCallers, type TokenCallers } from './another-service.ts';

let door: FrontDoor;
let tokens: TokenCallers;
let service: Service;
beforeAll(async () => {
  door = await openFrontDoor();
  tokens = await startTokenCallers();
  service = await startAnother(door, { callers: tokens.callers });
});
afterAll(async () => {
  await service.close();
  await tokens.close();
  await door.close();
});

const audits = serverAudits({
  url: () => `${service.url}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${tokens.token}` } }),
});

describe('GraphQL over HTTP, by the audits of graphql-http, with a token', () => {
  it('there are 61 of them', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_, __, audit) => {
    const result = await audit.fn();
    expect('reason' in result ? result.reason : result.status).toBe('ok');
  });
});
