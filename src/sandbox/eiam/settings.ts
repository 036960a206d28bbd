import type { EmulatorHooks, SeedUser } from '../emulator.ts';

/** The newest published limits. They drift (Username was 64, DisplayName 64, then 128), so they are data. */
export const eiamLimits = { username: 256, displayName: 256, phoneNumberMin: 6, phoneNumberMax: 15 };

/** A custom field as an administrator defines it in the console. `choices` makes it a select field. */
export interface EiamCustomField {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean';
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  /** No two accounts may have the same value. */
  readonly unique?: boolean;
  /** The value can be replaced, never removed. */
  readonly required?: boolean;
}

/** What both emulators take. Most settings stand for what is not published; each default is the likeliest. */
export interface EiamEmulatorSettings extends EmulatorHooks {
  readonly instanceId: string;
  readonly users: readonly SeedUser[];
  readonly customFields: readonly EiamCustomField[];
  /** The organizational unit of all accounts. Default `ou_root`. */
  readonly organizationalUnit?: {
    readonly organizationalUnitId: string;
    readonly organizationalUnitName: string;
  };
  readonly limits?: Partial<typeof eiamLimits>;
  /** `""` for displayName, email, phoneNumber or a custom field's value. Default `clears`. */
  readonly emptyString?: 'clears' | 'unchanged' | 'refused';
  /** A JSON `null`, which the official clients cannot send. Default `unchanged`. */
  readonly nullMember?: 'unchanged' | 'clears' | 'refused';
  /** A verified flag or a region without its address or number. Default `sets`. */
  readonly flagAlone?: 'sets' | 'refused';
  /** A member that the API does not have. Default `refused`. */
  readonly unknownMember?: 'refused' | 'ignored';
  /** Custom field `add` where there is a value. Default `replaces`. */
  readonly addWhereValueExists?: 'replaces' | 'refused' | 'keeps';
  /** Custom field `remove` with a value. Default `removes`, whatever the value. */
  readonly removeWithValue?: 'removes' | 'removesWhereEqual' | 'refused';
  /** Custom field `remove` where there is no value. Default `succeeds`. */
  readonly removeWhereNoValue?: 'succeeds' | 'refused';
  /** Default `inOrder`. */
  readonly twoEntriesForOneField?: 'inOrder' | 'firstWins' | 'refused';
  /** A custom field entry without an operation. Default `replace`. */
  readonly operationLeftOut?: 'replace' | 'refused';
  /** `false`: the plain members are stored before the custom fields are checked. Default `true`. */
  readonly atomic?: boolean;
  /** Published only for the management API's Username. Default 403. */
  readonly duplicateStatus?: 403 | 400;
  /** The code before `.Username`, `.Email`, `.PhoneNumber`. Default `ResourceDuplicated`. */
  readonly duplicateCode?: string;
  /** Default 404 `ResourceNotFound.User`. */
  readonly userNotFound?: { readonly status: number; readonly code: string };
  /** A member without a value, in an answer. Default `leftOut`. */
  readonly missingMember?: 'leftOut' | 'null' | 'emptyString';
}

/** An account in the developer API's member names; the management API has the same names in Pascal case. */
export type EiamRecord = Readonly<Record<string, unknown>>;
