import type { PatchErrorCode } from '../../../src/domain/errors.ts';
import type { PatchOutcome } from '../../../src/domain/outcome.ts';
import type { Sandbox, SandboxChanges } from '../../../src/sandbox/sandbox.ts';
import type { DirectoryName } from '../../harness/expected.ts';
import type { Answer } from '../../harness/fault-answers.ts';
import type { FaultProxy } from '../../harness/fault-proxy.ts';

/** Something that a provider or the machine does, and the only acceptable answer. */
export interface Row {
  /** What the provider does; or what happens, where that is nothing of the provider's. */
  readonly what: string;
  readonly expected: Expected;
  /** Each is tested. Left out: the test is a procedure of its own, in the test file of the kind. */
  readonly ways?: Readonly<Record<string, Way>>;
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
export interface ProviderBehindProxy {
  readonly directory: DirectoryName;
  readonly proxy: FaultProxy;
  readonly emulators: Sandbox['emulators'];
}

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

/** Writes that are answered so, and not stored. */
export const write =
  (answer: Answer, times?: number): Way =>
  ({ proxy }) =>
    proxy.fail('write', { delivered: false, answer }, times);

/** Writes that are stored, and answered so. */
export const stored =
  (answer: Answer, times?: number): Way =>
  ({ proxy }) =>
    proxy.fail('write', { delivered: true, answer }, times);

/** Each of these as a way of its own, named by itself. */
export function ways<Name extends string | number>(
  names: readonly Name[],
  way: (name: Name) => Way,
): Readonly<Record<string, Way>> {
  return Object.fromEntries(names.map((name) => [String(name), way(name)]));
}

/** Two rows: the provider stores the change, or it does not, and answers so. The names are the same for each directory. */
export function storedOrNot(
  what: string,
  answersOf: (directory: DirectoryName) => Readonly<Record<string, Answer>>,
  more: Omit<Row, 'what' | 'expected' | 'ways' | 'patch'> = {},
  notStored = unknown('three fields'),
): readonly Row[] {
  const names = Object.keys(answersOf('customers'));
  const all = (delivered: boolean) =>
    ways(names, (name) => ({ directory, proxy }) => {
      const answer = answersOf(directory)[name];
      if (answer) proxy.fail('write', { delivered, answer });
    });
  const patch = 'three fields';
  return [
    { what: `stores the change and ${what}`, expected: seen, ways: all(true), patch, ...more },
    {
      ...{ what: `does not store the change and ${what}`, expected: notStored, ways: all(false), patch },
      ...more,
    },
  ];
}

/** What a provider says beside its codes; none of it may get out. */
export const vendorText = 'what the vendor says of displayName';

/** The provider's own error body. */
export function errorBody(directory: DirectoryName, code: string): string {
  return JSON.stringify(
    directory === 'customers'
      ? { errorCode: code, errorDescription: vendorText, errorMessage: vendorText }
      : {
          ...{ Code: code, Message: vendorText, RequestId: 'B7C1-99', HostId: 'eiam.example' },
          Recommend: vendorText,
        },
  );
}

export const eiam = ['employees', 'contractors'] as const;
