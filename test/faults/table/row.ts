import type { PatchErrorCode } from '../../../src/domain/errors.ts';
import type { PatchOutcome } from '../../../src/domain/outcome.ts';
import type { Sandbox, SandboxChanges } from '../../../src/sandbox/sandbox.ts';
import type { DirectoryName } from '../../harness/expected.ts';
import type { Answer } from '../../harness/fault-answers.ts';
import type { FaultProxy } from '../../harness/fault-proxy.ts';

/** Something that a provider or the machine does, and the only acceptable answer. */
export interface Row extends Details {
  /** What the provider does; or what happens, where that is nothing of the provider's. */
  readonly what: string;
  readonly expected: Expected;
  /** Each is tested, by its name. None: the test is a procedure of its own, in the test file of the kind. */
  readonly ways: Readonly<Record<string, Way>>;
}

interface Details {
  /** The directories that it applies to. Default: one of each provider. */
  readonly directories?: readonly DirectoryName[];
  /** It applies to the others as well; these are enough to test it. */
  readonly areExamples?: true;
  /** What is patched. Default: one field. */
  readonly patch?: PatchName;
  /** It is over only when the time of the call is. */
  readonly takesAllTime?: true;
  /** Nothing is patched before, so that no connection, token or clock is known. */
  readonly isCold?: true;
  /** How often it is done, one patch after the other. */
  readonly repeat?: number;
  /** The certificate with which the provider speaks TLS. */
  readonly certificate?: string;
  /** How the sandbox differs. */
  readonly changes?: (directory: DirectoryName) => SandboxChanges;
}

/** Lets something happen before the patch of the row is sent. */
export type Way = (provider: ProviderBehindProxy) => unknown;

/** What a row can do to a provider. */
interface ProviderBehindProxy {
  readonly directory: DirectoryName;
  readonly proxy: FaultProxy;
  readonly emulators: Sandbox['emulators'];
}

/** A row; `does` has no name where there is one way only. */
export const row = (
  what: string,
  expected: Expected,
  does: Way | Readonly<Record<string, Way>> = {},
  details: Details = {},
): Row => ({ what, expected, ways: typeof does === 'function' ? { '': does } : does, ...details });

/** What patchUser answers, and what the provider got. */
export interface Expected {
  readonly outcome: PatchOutcome;
  readonly confirmedBy?: 'READ_BACK' | 'RESPONSE';
  /** In order. */
  readonly errors: readonly ExpectedError[];
  /** Null: the answer has no user. `as now`: the user as the provider has it. */
  readonly user: null | 'as now';
  /** The changes that the provider has stored in the end. */
  readonly stored: number;
  /** The requests that write which arrived at the provider. */
  readonly requests: number | 'one a second';
  /** Requests for a token that arrived. */
  readonly tokens?: { readonly min: number; readonly max: number } | 'one a second';
  /** Connections that were made. */
  readonly connections?: number;
  /** Nothing at all arrived at the provider. */
  readonly isUnreached?: true;
  /** The provider had asked to wait for so long. */
  readonly minMs?: number;
  /** What is as good. */
  readonly or?: Expected;
}

interface ExpectedError {
  readonly code: PatchErrorCode;
  /** From `input` downwards, such as `patch.displayName`; empty for the whole. */
  readonly path: string;
  readonly message?: string;
  readonly providerCode?: string;
  readonly retryAfterSeconds?: number | null;
}

/** Whether the same call may succeed later, as the error says: nothing was written, and it passes by itself. */
export function isRetryable({ outcome }: Pick<Expected, 'outcome'>, code: PatchErrorCode): boolean {
  return outcome === 'NOT_APPLIED' && transient.has(code);
}
const transient: ReadonlySet<PatchErrorCode> = new Set([
  ...(['RATE_LIMITED', 'PROVIDER_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'JOURNAL_UNAVAILABLE'] as const),
]);

/** What is patched, by the paths of its fields. */
export const patchPaths = {
  'one field': ['patch.displayName'],
  'three fields': ['patch.displayName', 'patch.email', 'patch.customFields.0.replace'],
  'two steps': ['patch.status', 'patch.displayName'],
} as const;
export type PatchName = keyof typeof patchPaths;

type More = Partial<Omit<Expected, 'outcome' | 'errors'>>;

/** The change is in, and the answer shows it. */
export const applied = (more: More = {}): Expected => ({
  ...{ outcome: 'APPLIED', errors: [], user: 'as now', stored: 1, requests: 1 },
  ...more,
});

/** Applied as the user shows, whatever the provider said. */
export const seen = applied({ confirmedBy: 'READ_BACK' });

/** It may be in. */
export const unknown = (patch: PatchName = 'one field', more: More = {}): Expected => ({
  ...{ outcome: 'UNKNOWN', user: 'as now', stored: 0, requests: 1 },
  errors: patchPaths[patch].map((path) => ({ code: 'OUTCOME_UNKNOWN', path })),
  ...more,
});

/** It may be in, and the user cannot be read. */
export const unread = (stored: number): Expected => unknown('one field', { user: null, stored });

/** Nothing was written. */
export const notApplied = (
  code: PatchErrorCode,
  path: string,
  { details, ...more }: More & { readonly details?: Omit<ExpectedError, 'code' | 'path'> } = {},
): Expected => ({
  ...{ outcome: 'NOT_APPLIED', user: null, stored: 0, requests: 1 },
  errors: [{ code, path, ...details }],
  ...more,
});

/** Nothing was written, for nothing was sent. */
export const notSent = (code: PatchErrorCode, message?: string, path = 'patch'): Expected =>
  notApplied(code, path, {
    ...{ requests: 0, isUnreached: true },
    details: message === undefined ? {} : { message },
  });

/** What is expected, and everything that is as good. */
export function allowed(expected: Expected): readonly Expected[] {
  return [expected, ...(expected.or ? allowed(expected.or) : [])];
}

/** Writes that are answered so, and not stored. */
export const write =
  (answer: Answer, times?: number): Way =>
  ({ proxy }) =>
    proxy.fail('write', { delivered: false, answer }, times);

/** Writes that are stored, and answered so. */
export const stored =
  (answer: Answer): Way =>
  ({ proxy }) =>
    proxy.fail('write', { delivered: true, answer });

/** Each of these as a way of its own. */
export function ways<T>(
  these: Readonly<Record<string, T>>,
  way: (one: T) => Way,
): Readonly<Record<string, Way>> {
  return Object.fromEntries(Object.entries(these).map(([name, one]) => [name, way(one)]));
}

/** An answer of the directory's provider. */
export type AnswerOf = (directory: DirectoryName) => Answer;

/** Two rows: the provider stores the change, or it does not, and answers so. */
export function storedOrNot(
  what: string,
  answers: Readonly<Record<string, Exclude<Answer, (...it: never) => unknown> | AnswerOf>>,
  details: Details = {},
  notStored = unknown('three fields'),
): readonly Row[] {
  const each = (delivered: boolean) =>
    ways(answers, (one) => ({ directory, proxy }) => {
      const answer = typeof one === 'function' ? one(directory) : one;
      proxy.fail('write', { delivered, answer });
    });
  const more = { ...details, patch: 'three fields' } as const;
  return [
    row(`stores the change and ${what}`, seen, each(true), more),
    row(`does not store the change and ${what}`, notStored, each(false), more),
  ];
}

/** What a provider says beside its codes; none of it may get out. */
export const vendorText = 'what the vendor says of displayName';

/** The provider's own error body. */
export function errorBody(directory: DirectoryName, code: string): string {
  const texts = { Message: vendorText, RequestId: 'B7C1-99', HostId: 'eiam.example', Recommend: vendorText };
  return JSON.stringify(
    directory === 'customers'
      ? { errorCode: code, errorDescription: vendorText, errorMessage: vendorText }
      : { Code: code, ...texts },
  );
}

const html = { 'content-type': 'text/html' };

/** A page of somebody in between. */
export const page = (status: number) => ({ status, headers: html, body: '<h1>Take care of yourself.</h1>' });

export const eiam = { directories: ['employees', 'contractors'] } as const;
export const descope = { directories: ['customers'] } as const;
export const cold = { isCold: true } as const;
export const takesAllTime = { takesAllTime: true } as const;
