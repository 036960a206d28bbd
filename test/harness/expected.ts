import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { expect } from 'vitest';
import { type PatchErrorCode, patchErrorCodes } from '../../src/domain/errors.ts';
import {
  type PatchUserInput,
  PatchWholeDocument,
  type PatchWholeMutation,
  PlanDocument,
  type PlanQuery,
  type UserBy,
  type UserPatchInput,
  VersionDocument,
} from '../generated/graphql.ts';
import type { FrontDoor } from './front-door.ts';

/**
 * The directories of the sandbox that the tests' shared tables have rows for, in the order of its configuration. A
 * directory that is new in the sandbox is none of them until it has its rows; its provider's own tests come first.
 */
export const directoryNames = ['employees', 'contractors', 'customers'] as const;

export type DirectoryName = (typeof directoryNames)[number];

/** An error of a payload, whole. */
export interface ExpectedError {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
  readonly retryable: boolean;
}

/** Makes errors of a code. */
export function error(code: PatchErrorCode, retryable = false) {
  return (message: string, ...path: readonly string[]): ExpectedError => ({
    __typename: patchErrorCodes[code].type,
    code,
    message,
    path,
    retryable,
  });
}

export const invalidInput = error('INVALID_INPUT', false);
export const unknownDirectory = error('UNKNOWN_DIRECTORY', false);
export const unsupported = error('UNSUPPORTED_FIELD', false);
export const notFound = error('USER_NOT_FOUND', false);
export const unavailable = error('PROVIDER_UNAVAILABLE', true);
export const conflict = error('CONFLICT', false);
export const outcomeUnknown = error('OUTCOME_UNKNOWN', false);
export const keyReused = error('IDEMPOTENCY_KEY_REUSED', false)(
  'This key was used with another input: use a new key for each input.',
  'idempotencyKey',
);
export const unconfirmed =
  'The change was sent and could not be confirmed: it may have been written, or may still be.';

/** A refusal in the provider's own words. */
export function refused(
  message: string,
  path: readonly string[],
  [providerCode, providerRequestId]: readonly [string | null, string | null],
) {
  return { ...error('PROVIDER_REFUSED', false)(message, ...path), providerCode, providerRequestId };
}

export { unreached } from './unreached.ts';

/** The payload of a patch of which nothing was written. */
export function notApplied(...errors: readonly ExpectedError[]) {
  return { outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors };
}

/** What a whole PatchUserInput is answered: a payload with its operationId, and with all of the user. */
export type WholePayload = NonNullable<PatchWholeMutation['patchUser']>;

/** What planPatchUser answers, whole. */
export type WholePlan = NonNullable<PlanQuery['planPatchUser']>;

/** patchUser with a whole input. */
export async function patchUser(door: FrontDoor, input: PatchUserInput): Promise<WholePayload> {
  const { patchUser: told } = await dataOf(door, PatchWholeDocument, { input });
  return there(told);
}

/** planPatchUser with a whole input. */
export async function planPatchUser(door: FrontDoor, input: PatchUserInput): Promise<WholePlan> {
  const { planPatchUser: told } = await dataOf(door, PlanDocument, { input });
  return there(told);
}

/** The version of a user now. */
export async function versionOf(door: FrontDoor, id: string): Promise<string> {
  const { user } = await dataOf(door, VersionDocument, { id });
  return there(user).version;
}

async function dataOf<Data, Variables extends object>(
  door: FrontDoor,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const { data, errors } = await door.call(document, variables);
  expect(errors).toBeUndefined();
  return there(data);
}

function there<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('The answer has nothing where it should have.');
  return value;
}

/** The requests that write which arrived at a provider, as planPatchUser describes them. */
export function wroteBy(door: FrontDoor, directory: DirectoryName): WholePlan['requests'] {
  return door.emulators[directory].requests.flatMap(({ method, url, headers, body }) => {
    const action = headers['x-acs-action'] === undefined ? null : String(headers['x-acs-action']);
    const isWrite =
      action === null
        ? method === 'PATCH' || /\/actions\/(enable|disable)$/.test(url)
        : /^(Update|Enable|Disable)User$/.test(action);
    return isWrite ? [{ method, path: url, action, body: body || null }] : [];
  });
}

/** The first seeded user of a directory. */
export function someUser(door: FrontDoor, directory: keyof FrontDoor['emulators'], which = 0): string {
  const id = door.sandbox.someUserIds[directory][which];
  if (id === undefined) throw new Error(`The sandbox has no user ${which} in ${directory}.`);
  return id;
}

/** The requests that arrived at the providers, as `employees PATCH /v2/…`, without their queries. */
export function arrived(door: FrontDoor): readonly string[] {
  return directoryNames.flatMap((name) =>
    door.emulators[name].requests.map(({ method, url, headers }) => {
      const action = headers['x-acs-action'];
      return `${name} ${method} ${action ?? url.split('?')[0]?.replace(/^\/v2\/idaas_\w+\/app_\w+/, '')}`;
    }),
  );
}

/** How often each of these is in the list. */
export function counted(list: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(list, (one) => one)].map(([one, all]) => [one, all.length]));
}

/** All that was written at the providers so far. */
export function written(door: FrontDoor) {
  return directoryNames.flatMap((name) => door.emulators[name].writes);
}

/** Sends a body exactly as it is: for numbers and escapes that JSON.stringify would not write. */
export async function postRaw(door: FrontDoor, body: string): Promise<{ data?: unknown; errors?: unknown }> {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return (await response.json()) as { data?: unknown; errors?: unknown };
}

/** What the input schema says. */
export const says = {
  empty: 'Must not be empty. To clear the field, use null, if the directory supports it.',
  control: 'Must not contain control or direction-changing characters.',
  showsNothing: 'Must contain a visible character.',
  half: 'Must not contain a lone surrogate (half of a character).',
  address: 'Must be an email address, such as name@example.com.',
  e164: 'Must be a phone number in E.164, such as +8615612345678: a plus sign, the country code, digits only.',
  picture: 'Must be the URL of a picture: https://…',
  expectedId: 'Expected <directory>:<user id>, as User.id gives it; a user id has letters, digits, _ and -.',
  notThere: 'There is no such directory. There are: employees, contractors, customers.',
  twice: 'Another operation of this patch names the same custom field: use one operation for each field.',
} as const;

export const eiam: readonly DirectoryName[] = ['employees', 'contractors'];
export const descope: readonly DirectoryName[] = ['customers'];

/** Descope is asked which custom fields there are; that writes nothing and is kept for the next patch. */
const asksForDefinitions = 'customers GET /v1/mgmt/user/customattributes';

/**
 * Asserts the whole payload, that it repeats no value of the input, and that no provider was asked anything. The
 * patch is one that no typed front end could send.
 */
export async function refuses(
  door: FrontDoor,
  user: object,
  patch: object,
  errors: readonly ExpectedError[],
): Promise<void> {
  door.forgetRequests();
  const before = { logged: door.log.length, written: written(door).length };
  expect(await door.patch(user as UserBy, patch as UserPatchInput)).toEqual(notApplied(...errors));
  expect(arrived(door).filter((request) => request !== asksForDefinitions)).toEqual([]);
  expect(written(door).slice(before.written)).toEqual([]);
  expect(JSON.stringify(errors) + door.log.slice(before.logged).join('')).not.toMatch(/canary/i);
}
