import { createHmac, createSecretKey, hash, randomBytes } from 'node:crypto';
import type { UserWithCustomFields } from '../domain/user.ts';
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
  const hmac = (text: string) => createHmac('sha256', changeKey).update(text).digest('hex');
  // Says which key a digest was made with, and nothing about the key.
  const prefix = key ? `hmac-${hmac('idpatch: name of this key').slice(0, 8)}-` : 'sha256-';
  const ofInput = (request: PatchRequest) => {
    const input = canonicalInput(request);
    return prefix + (key ? hmac(input) : hash('sha256', input));
  };
  // An HMAC takes five times as long as a hash: one makes the secret of the operation, which its hashes begin with.
  let latest = { operationId: '', secret: '' };
  const ofForm = (operationId: string, field: string, form: string) => {
    if (latest.operationId !== operationId) latest = { operationId, secret: hmac(operationId) };
    return hash('sha256', JSON.stringify([latest.secret, field, form]), 'base64url');
  };
  return {
    areDurable: key !== undefined,
    ofInput,
    isOfInput(digest, request) {
      if (digest.startsWith(prefix)) return digest === ofInput(request);
      if (digest.startsWith('sha256-')) return digest === createDigests(undefined).ofInput(request);
      // In the form that versions before this one wrote.
      const former = (list: readonly string[]) => list;
      return digest.includes('-') ? undefined : digest === hash('sha256', inputAsJson(request, former));
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

/** A request as JSON: the same for the same meaning. Its lists are sets, so their members are sorted, too. */
export function canonicalInput(request: PatchRequest): string {
  return inputAsJson(request, (list) => list.toSorted());
}

function inputAsJson({ user, patch, ifVersion }: PatchRequest, inOrder: ListOrder): string {
  return sortedJson({ user, patch, ifVersion }, inOrder);
}

/** Puts the members of a list, as JSON, into their order. */
type ListOrder = (list: readonly string[]) => readonly string[];

/** JSON with the members of every object sorted. */
function sortedJson(value: unknown, inOrder: ListOrder): string {
  if (typeof value !== 'object' || value === null || value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${inOrder(value.map((one) => sortedJson(one, inOrder))).join()}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `"${name}":${sortedJson(member, inOrder)}`);
  return `{${members.toSorted().join()}}`;
}
