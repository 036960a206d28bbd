import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeInBrowser } from './chromium.ts';
import { openProfileForm, type ProfileFormStage, startDevServer } from './profile-form.ts';
import { access } from './profile-form-access.ts';
import { fields } from './profile-form-fields.ts';
import { outcomes } from './profile-form-outcomes.ts';
import { unanswered } from './profile-form-unanswered.ts';

// One file: two dev servers of one folder would prepare the same packages in the same place.
describeInBrowser('the profile form', () => {
  let stage: ProfileFormStage;
  beforeAll(async () => {
    stage = await openProfileForm();
  });
  afterAll(() => stage.close());

  fields(() => stage);
  outcomes(() => stage);
  unanswered(() => stage);
  access(() => stage);
});

test('the dev server makes its own page a page of idpatch, and nobody else’s', async () => {
  const seen: object[] = [];
  const idpatch = createServer(({ headers: { host, origin } }, answer) => {
    seen.push({ host, origin });
    answer.end('{}');
  });
  await new Promise<void>((resolve) => idpatch.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void idpatch.close());
  const host = `127.0.0.1:${(idpatch.address() as AddressInfo).port}`;
  const form = await startDevServer(`http://${host}`);
  onTestFinished(() => form.stop());
  for (const origin of [form.url, 'https://evil.example', 'http://127.0.0.1:1', 'null']) {
    await fetch(`${form.url}/graphql`, { method: 'POST', headers: { origin } });
  }
  const page = { host, origin: `http://${host}` };
  expect(seen).toEqual([
    page,
    ...['https://evil.example', 'http://127.0.0.1:1', 'null'].map((origin) => ({ host, origin })),
  ]);
  // A name of somebody else's that points to this machine.
  const rebound = await new Promise((resolve) =>
    request(`${form.url}/graphql`, { headers: { host: 'evil.example' } }, ({ statusCode }) =>
      resolve(statusCode),
    ).end(),
  );
  expect(rebound).toBe(403);
  expect(seen).toHaveLength(4);
});
