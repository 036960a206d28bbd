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
  /** Custom field `add` where there is a value. Default `replaces`. */
  readonly addWhereValueExists?: 'replaces' | 'refused' | 'keeps';
  /** A member without a value, in an answer. Default `leftOut`. */
  readonly missingMember?: 'leftOut' | 'null' | 'emptyString';
}

/** An account in the developer API's member names; the management API has the same names in Pascal case. */
export type EiamRecord = Readonly<Record<string, unknown>>;
