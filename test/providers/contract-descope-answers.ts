import type { ProviderFixture, Refusal } from './contract.ts';
import { error, type Json } from './contract-door.ts';

/** The user whom the suite changes. */
export const userId = 'U2u8jzPde0IgxLd6GncfBAepfJB';
export const patchCall = 'PATCH /v1/mgmt/user/patch';

/** Descope's own error body. */
const errorBody = (errorCode: string) => ({
  errorCode,
  errorDescription: 'Vendor text',
  errorMessage: 'Vendor text',
});
const name = ['patch', 'displayName'];
const two = { displayName: 'New Name', givenName: 'New' };

const documented = (code: string, status: number, ours: Json): [string, Refusal][] => [
  [`${code} ${status}`, { answer: { status, body: errorBody(code) }, error: ours }],
];

const limited = (header: Json, retryAfterSeconds: number | null, body?: unknown): Refusal => ({
  answer: { status: 429, headers: header as Record<string, string>, ...(body ? { body } : {}) },
  error: error('RATE_LIMITED', name, { retryable: true, retryAfterSeconds }),
});

/** Every documented refusal, and those that are told by their status. */
export const descopeRefusals: Readonly<Record<string, Refusal>> = {
  ...Object.fromEntries([
    ...['E011001', 'E011002', 'E011003', 'E011004'].flatMap((code) =>
      documented(code, 400, error('INVALID_INPUT', name)),
    ),
    ...documented('E112102', 404, error('USER_NOT_FOUND', ['user', 'id'])),
    ...[400, 409].flatMap((status) => documented('E062107', status, error('CONFLICT', name))),
    ...[400, 409].flatMap((status) => documented('E111127', status, error('CONFLICT', name))),
    // The code of a bad key is published nowhere; whatever it is, the status says it.
    ...[401, 403].flatMap((status) =>
      ['E011003', 'E999999'].flatMap((code) =>
        documented(code, status, error('PROVIDER_AUTH', name, { providerCode: code })),
      ),
    ),
    ...documented('E999999', 422, error('PROVIDER_REFUSED', name, { providerCode: 'E999999' })),
    // Documented to say no: the status beside it does not make it a yes.
    ...documented('E011003', 200, error('INVALID_INPUT', name)),
  ]),
  'E011004 of more than one field': {
    answer: { status: 400, body: errorBody('E011004') },
    patch: two,
    error: error('INVALID_INPUT', ['patch']),
  },
  'an unknown code with the request’s id': {
    answer: { status: 400, headers: { 'cf-ray': '8f0c4d1e2a3b5c6d-FRA' }, body: errorBody('E999999') },
    error: error('PROVIDER_REFUSED', name, {
      providerCode: 'E999999',
      providerRequestId: '8f0c4d1e2a3b5c6d-FRA',
    }),
  },
  'E130429 with seconds': limited({ 'retry-after': '7' }, 7, errorBody('E130429')),
  'E130429 without them': limited({}, null, errorBody('E130429')),
  'E130429 with a date': limited(
    { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' },
    null,
    errorBody('E130429'),
  ),
  'E130429 with none to wait': limited({ 'retry-after': '0' }, 1, errorBody('E130429')),
  'E130429 with a year': limited({ 'retry-after': '31536000' }, 3600, errorBody('E130429')),
  'the edge’s 429 without a body': limited({ 'retry-after': '7', 'content-type': 'text/plain' }, 7),
  'the edge’s 429 with a page': limited({ 'content-type': 'text/html' }, null, '<html>Vendor</html>'),
};

/** Answers to a write that do not say what became of it. */
export const descopeNoAnswers: ProviderFixture['noAnswers'] = {
  nothing: { status: 200 },
  'no content': { status: 204 },
  'an empty object': { status: 200, body: {} },
  'no user': { status: 200, body: { user: null } },
  'another user': {
    status: 200,
    body: { user: { userId: 'U2d0Kh8oOOL8dKLzdocJ2isAjIh', name: 'New Name' } },
  },
  created: { status: 201, body: { user: { userId, name: 'New Name' } } },
  'a code without a status of its own': { status: 500, body: errorBody('E011003') },
};
