import { type InputPath, invalidInput, type PatchError } from '../../domain/errors.ts';
import type { HttpResponse } from '../../upstream/client.ts';
import { pathOf, type Step, stepPath } from '../provider.ts';
import { type ProviderError, rateLimited, type SafeForms } from '../response.ts';

/** Codes such as `ResourceDuplicated.Username`, `Forbidden.RAM` or `invalid_token`; request ids that are UUIDs. */
export const safeForms: SafeForms = {
  code: /^(?=.{2,64}$)(?:(?:[A-Z][a-z]+)+(?:\.(?=[A-Z])(?:[A-Z][a-z]+)*[A-Z]{0,4})*|[a-z]+(?:_[a-z]+)*)$/,
  requestId: /^[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}$/i,
};

/** Codes that name their subject: `ResourceDuplicated.Username`, `InvalidParameter.CustomField.age`. */
const named = /^(InvalidParameter|MissingParameter|ResourceDuplicated|ResourceNotFound)\.(.+)$/;

/** True for a refusal that both APIs document for accounts: nothing was written. */
export function isAccountCode(code: string): boolean {
  return named.test(code) || isThrottling(code);
}

/** True for a rate limit's code, which comes with status 400 or 429. */
export function isThrottling(code: string): boolean {
  return code === 'Throttling' || code.startsWith('Throttling.');
}

/** The error for a refusal about an account, at the input path of the code's subject. `step`: what a write sent. */
export function accountError(error: ProviderError, answer: HttpResponse, step: Step | undefined): PatchError {
  const { code } = error;
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
    code: 'PROVIDER_REFUSED',
    message: 'The provider refused the request.',
    path: about,
    ...error.safeDetails,
  };
}

function subjectPath(step: Step, subject: string): InputPath {
  if (subject.startsWith('CustomField.')) {
    return pathOf(step, 'customFields', subject.slice('CustomField.'.length));
  }
  switch (subject) {
    case 'Username':
      return pathOf(step, 'username');
    case 'DisplayName':
      return pathOf(step, 'displayName');
    case 'Email':
      return memberPath(step, 'email', 'address');
    case 'EmailVerified':
      return memberPath(step, 'email', 'verified');
    case 'PhoneNumber':
    case 'PhoneRegion':
      return memberPath(step, 'phone', 'number');
    case 'PhoneNumberVerified':
      return memberPath(step, 'phone', 'verified');
    case 'UserId':
      return ['user'];
    default:
      return stepPath(step);
  }
}

/** The path of a field's member; of the field itself where it is cleared and the input has no members. */
function memberPath(step: Step, field: 'email' | 'phone', member: string): InputPath {
  const change = step.changes.find((one) => one.field === field);
  if (!change) return stepPath(step);
  return change.field === field && change.value === null ? change.path : [...change.path, member];
}
