import type { Refusal } from './contract.ts';
import { error, type Json } from './contract-door.ts';
import type { EiamApi } from './contract-eiam.ts';

/** Refusals whose codes name an account's field, each at its place in the input. */
export function accountRefusals(api: Pick<EiamApi, 'errorBody' | 'safeDetails'>): Record<string, Refusal> {
  const patch = {
    username: 'new.name',
    displayName: 'New Name',
    email: { address: 'new_name@example.com', verified: true },
    phone: { number: '+4915112345678', verified: true },
    customFields: [{ replace: { field: 'age', value: { number: 9 } } }, { remove: { field: 'nick_name' } }],
  };
  const subjects: readonly (readonly [string, readonly string[]])[] = [
    ['Username', ['username']],
    ['DisplayName', ['displayName']],
    ['Email', ['email', 'address']],
    ['EmailVerified', ['email', 'verified']],
    ['PhoneNumber', ['phone', 'number']],
    ['PhoneRegion', ['phone', 'number']],
    ['PhoneNumberVerified', ['phone', 'verified']],
    ['CustomField.age', ['customFields', '0', 'replace']],
    ['CustomField.nick_name', ['customFields', '1', 'remove']],
    // Of something that the patch does not name: the patch as a whole.
    ['CustomField.other', []],
    ['Whatever', []],
  ];
  const refusal = (code: string, status: number, ours: Json): [string, Refusal] => [
    `${code} ${status}`,
    { answer: { status, body: api.errorBody(code) }, patch, error: ours },
  ];
  const at = (path: readonly string[]) => ['patch', ...path];
  const refused = (code: string) => error('PROVIDER_REFUSED', ['patch'], api.safeDetails(code));
  return Object.fromEntries([
    ...subjects.flatMap(([fixture, path]) => [
      refusal(`InvalidParameter.${fixture}`, 400, error('INVALID_INPUT', at(path))),
      refusal(`MissingParameter.${fixture}`, 400, error('INVALID_INPUT', at(path))),
      refusal(`ResourceDuplicated.${fixture}`, 403, error('CONFLICT', at(path))),
    ]),
    // Codes decide, never the status.
    ...[400, 409].map((status) =>
      refusal('ResourceDuplicated.Username', status, error('CONFLICT', at(['username']))),
    ),
    ...[400, 404].map((status) =>
      refusal('ResourceNotFound.User', status, error('USER_NOT_FOUND', ['user', 'id'])),
    ),
    refusal('ResourceNotFound.OrganizationalUnit', 404, refused('ResourceNotFound.OrganizationalUnit')),
    refusal('SomethingNew', 400, refused('SomethingNew')),
    ...(
      [
        ['1500', 400, 2, 1],
        ['1500', 429, 2, 1],
        ['1', 400, 1, 3],
        ['999999999', 429, 3600, 1],
        ['soon', 400, null, 1],
        [undefined, 429, null, 1],
      ] as const
    ).map(([wait, status, retryAfterSeconds, sent]): [string, Refusal] => [
      `Throttling.User ${status}, ${wait} ms`,
      {
        answer: {
          ...{ status, body: api.errorBody('Throttling.User') },
          ...(wait === undefined ? {} : { headers: { 'x-acs-retry-after': wait } }),
        },
        error: error('RATE_LIMITED', ['patch', 'displayName'], { retryable: true, retryAfterSeconds }),
        sent,
      },
    ]),
  ]);
}
