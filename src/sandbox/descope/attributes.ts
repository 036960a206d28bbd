import { type Members, Refusal } from './refusal.ts';
import type { DescopeAttribute, DescopeEmulatorSettings } from './settings.ts';

/** The custom attribute definitions of one emulated project. */
export interface DescopeAttributes {
  /** The answer of the definitions call. */
  list(): { readonly data: readonly Members[]; readonly total: string };
  /** Refuses an attribute that is not defined. */
  checkName(name: string): void;
  /** Refuses an attribute that is not defined, and a value that it cannot hold. */
  check(name: string, value: unknown): void;
}

/** Reads the definitions anew for every call, so that a test may add one. */
export function createDescopeAttributes({
  attributes,
}: Pick<DescopeEmulatorSettings, 'attributes'>): DescopeAttributes {
  function defined(name: string): DescopeAttribute {
    const attribute = attributes.find((one) => one.name === name);
    if (!attribute) throw new Refusal('E011003', `custom attribute ${name} does not exist`);
    return attribute;
  }

  return {
    list: () => ({
      data: attributes.map(({ name, type, options = [], displayName }) => ({
        ...{ name, type, options, displayName },
        ...{ defaultValue: null, viewPermissions: [], editPermissions: [], editable: true },
      })),
      // A 64-bit integer of protocol buffers, which JSON carries as text.
      total: String(attributes.length),
    }),

    checkName: (name) => void defined(name),

    check(name, value) {
      if (!fits(defined(name), value))
        throw new Refusal('E011003', `custom attribute ${name} has a value of the wrong type`);
    },
  };
}

function fits({ type, options = [] }: DescopeAttribute, value: unknown): boolean {
  const isOption = (choice: unknown) => options.some((option) => option.value === choice);
  switch (type) {
    case 1:
      return typeof value === 'string';
    case 2:
      return typeof value === 'number' && Number.isFinite(value);
    case 3:
      return typeof value === 'boolean';
    case 4:
      return isOption(value);
    case 5:
      return Array.isArray(value) && value.every(isOption);
    case 6:
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 8.64e15;
  }
}
