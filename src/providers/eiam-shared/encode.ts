import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { CustomFieldValue } from '../../domain/user.ts';
import type { Step } from '../provider.ts';

/** The members of an account that a patch may carry, in the developer API's spelling. */
export interface AccountPatch {
  username?: string;
  displayName?: string;
  phoneRegion?: string;
  phoneNumber?: string;
  phoneNumberVerified?: boolean;
  email?: string;
  emailVerified?: boolean;
  customFields?: CustomFieldPatch[];
}

/** One custom field's operation on the wire; every value is a string. */
interface CustomFieldPatch {
  fieldName: string;
  fieldValue?: string;
  operation: 'add' | 'replace' | 'remove';
}

/** Only the members that a step changes. For a step of status see `statusOf`. */
export function encodeAccount(step: Step): AccountPatch {
  const body: AccountPatch = {};
  for (const change of step.changes) {
    switch (change.field) {
      case 'username':
      case 'displayName':
        body[change.field] = change.value ?? '';
        break;
      case 'email':
        body.email = change.value?.address ?? '';
        if (change.value) body.emailVerified = change.value.verified;
        break;
      case 'phone':
        Object.assign(
          body,
          change.value ? splitPhone(change.value.number) : { phoneRegion: '', phoneNumber: '' },
        );
        if (change.value) body.phoneNumberVerified = change.value.verified;
        break;
      case 'customFields':
        body.customFields ??= [];
        body.customFields.push(
          change.operation === 'REMOVE'
            ? { fieldName: change.name, operation: 'remove' }
            : {
                fieldName: change.name,
                fieldValue: encodeValue(change.value),
                operation: change.operation === 'ADD' ? 'add' : 'replace',
              },
        );
        break;
      case 'status':
        throw new Error('Status is a request of its own; the plan sets it apart.');
      default:
        throw new Error(`EIAM has no ${change.field}; the plan refuses it.`);
    }
  }
  return body;
}

/** The status that a step sets; undefined for any other step. */
export function statusOf(step: Step): 'ENABLED' | 'DISABLED' | undefined {
  const [change] = step.changes;
  return change?.field === 'status' ? change.value : undefined;
}

/** `+8615612345678` → region `86`, number `15612345678`. */
function splitPhone(number: string): { phoneRegion: string; phoneNumber: string } {
  const phone = parsePhoneNumberFromString(number);
  if (!phone) throw new Error('Not a phone number in E.164; the input schema refuses it.');
  return { phoneRegion: phone.countryCallingCode, phoneNumber: phone.nationalNumber };
}

function encodeValue(value: CustomFieldValue): string {
  switch (value.kind) {
    case 'text':
      return value.value;
    case 'number':
    case 'boolean':
      return String(value.value);
    case 'texts':
    case 'date':
      throw new Error(`EIAM keeps no ${value.kind}; the plan refuses it.`);
  }
}

/** Splits a login that is a phone number in E.164; undefined for any other login. */
export function phoneOfLogin(login: string): { phoneRegion: string; phoneNumber: string } | undefined {
  return /^\+\d{7,15}$/.test(login) && parsePhoneNumberFromString(login) ? splitPhone(login) : undefined;
}
