import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { plainDecimal } from '../../domain/decimal.ts';
import type { CustomFieldChange, Step } from '../provider.ts';

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
        Object.assign(body, splitPhone(change.value?.number));
        if (change.value) body.phoneNumberVerified = change.value.verified;
        break;
      case 'customFields':
        body.customFields ??= [];
        body.customFields.push(encodeCustomField(change));
        break;
      default:
        throw new Error(`EIAM sets no ${change.field} beside other fields; the plan refuses it.`);
    }
  }
  return body;
}

/** The status that a step sets; undefined for any other step. */
export function statusOf(step: Step): 'ENABLED' | 'DISABLED' | undefined {
  const [change] = step.changes;
  return change?.field === 'status' ? change.value : undefined;
}

/** `+8615612345678` → region `86`, number `15612345678`; empty texts clear both. */
function splitPhone(number: string | undefined): { phoneRegion: string; phoneNumber: string } {
  if (number === undefined) return { phoneRegion: '', phoneNumber: '' };
  const phone = parsePhoneNumberFromString(number);
  if (!phone) throw new Error('Not a phone number in E.164; the input schema refuses it.');
  return { phoneRegion: phone.countryCallingCode, phoneNumber: phone.nationalNumber };
}

function encodeCustomField(change: CustomFieldChange): CustomFieldPatch {
  const fieldName = change.name;
  if (change.operation === 'REMOVE') return { fieldName, operation: 'remove' };
  const { kind, value } = change.value;
  if (kind === 'texts' || kind === 'date') throw new Error(`EIAM keeps no ${kind}; the plan refuses it.`);
  // Digits alone, without an exponent.
  const fieldValue = kind === 'number' ? plainDecimal(String(value)) : String(value);
  if (fieldValue === undefined) throw new Error('Not a finite number; the input schema refuses it.');
  return { fieldName, fieldValue, operation: change.operation === 'ADD' ? 'add' : 'replace' };
}

/** Splits a login that is a phone number in E.164; undefined for any other login. */
export function phoneOfLogin(login: string): { phoneRegion: string; phoneNumber: string } | undefined {
  return /^\+\d{7,15}$/.test(login) && parsePhoneNumberFromString(login) ? splitPhone(login) : undefined;
}
