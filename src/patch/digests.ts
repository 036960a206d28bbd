import { createHmac, createSecretKey, hash, randomBytes } from 'node:crypto';
import type { UserPatch, UserWithCustomFields } from '../domain/user.ts';
import type { ChangeDigest } from '../journal/journal.ts';
import type { Change } from '../providers/provider.ts';
import { close, type FieldName, normal, shownForm, wantedForm } from './confirm.ts';
import type { PatchRequest } from './request.ts';

/** The digests of inputs and of values that the journal keeps. Without a key, everybody could guess short inputs. */
export interface Digests {
  /** False without a key: then digests of values are of use to this process alone. */
  readonly areDurable: boolean;
  /** A digest of a request: the same for the same meaning. */
  ofInput(request: PatchRequest): string;
  /** Whether the digest is of this request; undefined where it was made with another key. */
  isOfInput(digest: string, request: PatchRequest): boolean | undefined;
  /** A digest of what a change asks of its field. */
  ofChange(operationId: string, change: Change): ChangeDigest;
  /** How the user shows the change; undefined where the user does not. */
  shownAs(
    operationId: string,
    change: ChangeDigest,
    user: UserWithCustomFields,
  ): 'asked' | 'adjusted' | undefined;
}

/** Creates the digests: HMAC with SHA-256 where there is a key. Without one, digests of inputs are plain SHA-256. */
export function createDigests(key: Buffer | undefined): Digests {
  // Without a key, a random one serves until this process ends. As an object, which takes Node thirty microseconds to
  // make of the bytes.
  const changeKey = createSecretKey(key ?? randomBytes(32));
  const hmac = (text: string, encoding: 'hex' | 'base64url' = 'hex') =>
    createHmac('sha256', changeKey).update(text).digest(encoding);
  // Says which key a digest was made with, and nothing about the key.
  const prefix = key ? `hmac-${hmac('idpatch: name of this key').slice(0, 8)}-` : 'sha256-';
  const ofInput = (request: PatchRequest) => {
    const input = canonicalInput(request);
    return prefix + (key ? hmac(input) : hash('sha256', input));
  };
  const ofForm = (operationId: string, field: string, form: string) =>
    hmac(JSON.stringify([operationId, field, form]), 'base64url');
  return {
    areDurable: key !== undefined,
    ofInput,
    isOfInput(digest, request) {
      if (digest.startsWith(prefix)) return digest === ofInput(request);
      if (digest.startsWith('sha256-')) return digest === createDigests(undefined).ofInput(request);
      // In the form that versions before this one wrote.
      if (!digest.includes('-')) return digest === inputDigestWithOrder(request);
      return undefined;
    },
    ofChange(operationId, change) {
      const field = change.field === 'customFields' ? `customFields.${change.name}` : change.field;
      const digests = [close, normal].map((form) => ofForm(operationId, field, wantedForm(change, form)));
      return { path: change.path.join('.'), field, digest: digests.join('.') };
    },
    shownAs(operationId, { field, digest }, user) {
      const custom = 'customFields.';
      const name = field.startsWith(custom)
        ? { field: 'customFields', name: field.slice(custom.length) }
        : { field };
      const [asAsked, normalized] = digest.split('.');
      const [shown, inNormal] = [close, normal].map((form) => shownForm(name as FieldName, user, form));
      const isOf = (form: string | undefined) => ofForm(operationId, field, form ?? '');
      if (asAsked === isOf(shown)) return 'asked';
      return shown === inNormal && normalized === isOf(inNormal) ? 'adjusted' : undefined;
    },
  };
}

/** A request as JSON. Lists that are sets are sorted, so that their order does not make another input. */
export function canonicalInput({ user, patch, ifVersion }: PatchRequest): string {
  const { roleNames, ssoAppIds, tenants, customFields } = patch;
  const lists: UserPatch = {
    ...(roleNames && { roleNames: roleNames.toSorted() }),
    ...(ssoAppIds && { ssoAppIds: ssoAppIds.toSorted() }),
    ...(tenants && {
      tenants: tenants
        .map((tenant) => ({ ...tenant, roleNames: tenant.roleNames.toSorted() }))
        .toSorted((one, other) => (one.tenantId < other.tenantId ? -1 : 1)),
    }),
    ...(customFields && {
      customFields: customFields
        .map((operation) => sortedMembers(operation))
        .toSorted((one, other) => (one.field < other.field ? -1 : 1)),
    }),
  };
  return withSortedMembers({ user, patch: { ...patch, ...lists }, ifVersion });
}

type CustomFieldOperation = NonNullable<UserPatch['customFields']>[number];

function sortedMembers(operation: CustomFieldOperation): CustomFieldOperation {
  if (operation.operation === 'REMOVE')
    return operation.values ? { ...operation, values: operation.values.toSorted() } : operation;
  const { value } = operation;
  return value.kind === 'texts'
    ? { ...operation, value: { ...value, value: value.value.toSorted() } }
    : operation;
}

function inputDigestWithOrder({ user, patch, ifVersion }: PatchRequest): string {
  return hash('sha256', withSortedMembers({ user, patch, ifVersion }));
}

function withSortedMembers(input: unknown): string {
  return JSON.stringify(input, (_name, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
