import { type InputPath, invalidInput, type PatchError } from '../../domain/errors.ts';
import type { PatchField } from '../../domain/user.ts';
import type { HttpResponse } from '../../upstream/client.ts';
import { type Step, stepPath } from '../provider.ts';
import {
  createErrorReader,
  type ErrorFormat,
  isRefusal,
  type ProviderError,
  rateLimited,
  type SafeForms,
} from '../response.ts';

/** Codes such as `ResourceDuplicated.Username`, `Forbidden.RAM` or `invalid_token`; request ids that are UUIDs. */
const safeForms: SafeForms = {
  code: /^(?=.{2,64}$)(?:(?:[A-Z][a-z]+)+(?:\.(?=[A-Z])(?:[A-Z][a-z]+)*[A-Z]{0,4})*|[a-z]+(?:_[a-z]+)*)$/,
  requestId: /^[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}$/i,
};

/** Codes that name their subject: `ResourceDuplicated.Username`, `InvalidParameter.CustomField.age`. */
const named = /^(InvalidParameter|MissingParameter|ResourceDuplicated|ResourceNotFound)\.(.+)$/;

/**
 * Codes of one API about its calls rather than about accounts, with their meaning and message here. A code without a dot
 * also stands for all that begin with it and a dot: `InvalidSecurityToken.Malformed`.
 */
export type Meanings = Readonly<Record<string, readonly ['PROVIDER_AUTH' | 'PROVIDER_REFUSED', string]>>;

/** How an API's errors are read; a rate limit's code comes with status 400 or 429. */
export function createErrorFormat(
  meanings: Meanings,
  missing: readonly string[],
  members: Parameters<typeof createErrorReader>[2],
) {
  const readError = createErrorReader(safeForms, 'Throttling', members);
  const meaningOf = (code: string) =>
    [code, code.replace(/\..*/s, '')].flatMap((one) =>
      Object.hasOwn(meanings, one) ? [meanings[one]] : [],
    )[0];
  return {
    readError,
    isDocumented: (code) => meaningOf(code) !== undefined || named.test(code) || isThrottling(code),
    missing: new Set(missing),
    toPatchError(error, answer, step) {
      const meaning = meaningOf(error.code);
      if (!meaning) return accountError(error, answer, step);
      const [code, message] = meaning;
      return { code, message, path: step ? ['patch'] : [], ...error.safeDetails };
    },
    /** True for a rate limit. */
    isThrottled: (answer: HttpResponse) => isRefusal(answer) && isThrottling(readError(answer)?.code ?? ''),
  } satisfies ErrorFormat & Record<string, unknown>;
}

function isThrottling(code: string): boolean {
  return code === 'Throttling' || code.startsWith('Throttling.');
}

/** The error for a refusal about an account, at the input path of the code's subject. */
function accountError(error: ProviderError, answer: HttpResponse, step: Step | undefined): PatchError {
  const { code, safeDetails } = error;
  const about = step ? stepPath(step) : [];
  if (isThrottling(code)) return rateLimited(about, answer);
  const [, kind, subject = ''] = named.exec(code) ?? [];
  const path = step ? subjectPath(step, subject) : [];
  switch (kind) {
    case 'ResourceNotFound':
      // The getUserIdBy… calls answer ResourceNotFound.UserId.
      if (subject === 'User' || subject === 'UserId') {
        return { code: 'USER_NOT_FOUND', message: 'The directory has no such user.', path: ['user'] };
      }
      break;
    case 'ResourceDuplicated':
      return { code: 'CONFLICT', message: 'Another user of the directory has this value already.', path };
    case 'InvalidParameter':
    case 'MissingParameter':
      return invalidInput(`The provider refused the value (${kind}).`, path);
  }
  return {
    ...{ code: 'PROVIDER_REFUSED', message: 'The provider refused the request.', path: about },
    ...safeDetails,
  };
}

/** The field of a subject and, where the input has members, the member. */
const subjects: ReadonlyMap<string, readonly [field: PatchField, member?: string]> = new Map([
  ['Username', ['username']],
  ['DisplayName', ['displayName']],
  ['Email', ['email', 'address']],
  ['EmailVerified', ['email', 'verified']],
  ['PhoneNumber', ['phone', 'number']],
  ['PhoneRegion', ['phone', 'number']],
  ['PhoneNumberVerified', ['phone', 'verified']],
]);

const customField = 'CustomField.';

function subjectPath(step: Step, subject: string): InputPath {
  if (subject === 'UserId') return ['user'];
  if (subject.startsWith(customField)) {
    const name = subject.slice(customField.length);
    const change = step.changes.find((one) => one.field === 'customFields' && one.name === name);
    return change?.path ?? ['patch'];
  }
  const [field, member] = subjects.get(subject) ?? [];
  const change = step.changes.find((one) => one.field === field);
  if (!change) return field && !member ? ['patch'] : stepPath(step);
  // A field that is cleared has no members in the input.
  const isCleared = 'value' in change && change.value === null;
  return member === undefined || isCleared ? change.path : [...change.path, member];
}
