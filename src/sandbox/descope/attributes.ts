import { type Members, object, Refusal, string, strings } from './refusal.ts';
import type { DescopeAttribute, DescopeEmulatorSettings } from './settings.ts';

/** The custom attribute definitions of one emulated project. */
export interface DescopeAttributes {
  /** The answer of the definitions call. */
  list(): { readonly data: readonly Members[]; readonly total: string };
  create(body: Members): void;
  delete(body: Members): readonly string[];
  /** Refuses an attribute that is not defined. */
  checkName(name: string): void;
  /** Refuses an attribute that is not defined, and a value that it cannot hold. */
  check(name: string, value: unknown): void;
}

/** Keeps the definitions and judges values by them. */
export function createDescopeAttributes(
  settings: Pick<DescopeEmulatorSettings, 'attributes' | 'attributeErrorCode' | 'attributeNameLimit'>,
): DescopeAttributes {
  const { attributeErrorCode = 'E011003', attributeNameLimit = 20 } = settings;
  const definitions = new Map<string, DescopeAttribute>();

  function add(attribute: DescopeAttribute): void {
    const { name, type, options = [] } = attribute;
    if (name === '') throw new Refusal('E011002', 'name is required');
    if (name.length > attributeNameLimit)
      throw new Refusal('E011004', `${name} has more than ${attributeNameLimit} characters`);
    if (definitions.has(name)) throw new Refusal('E011001', `${name} already exists`);
    // A select without a choice could never be given a value [guess].
    if ((type === 4 || type === 5) && options.length === 0)
      throw new Refusal('E011002', `${name} needs options`);
    definitions.set(name, attribute);
  }

  function defined(name: string): DescopeAttribute {
    const attribute = definitions.get(name);
    if (!attribute) throw new Refusal(attributeErrorCode, `custom attribute ${name} does not exist`);
    return attribute;
  }

  for (const attribute of settings.attributes) add(attribute);

  return {
    list() {
      const data = [...definitions.values()].map((attribute) => ({
        name: attribute.name,
        type: attribute.type,
        options: attribute.options ?? [],
        displayName: attribute.displayName,
        defaultValue: null,
        viewPermissions: [],
        editPermissions: [],
        editable: true,
      }));
      // A 64-bit integer of protocol buffers, which JSON carries as text.
      return { data, total: String(data.length) };
    },

    create(body) {
      const attributes = list(body, 'attributes').map(definition);
      const before = new Map(definitions);
      try {
        for (const attribute of attributes) add(attribute);
      } catch (refusal) {
        definitions.clear();
        for (const [name, attribute] of before) definitions.set(name, attribute);
        throw refusal;
      }
    },

    delete(body) {
      const names = strings(body, 'names') ?? [];
      if (names.length === 0) throw new Refusal('E011002', 'names is required');
      const unknown = names.find((name) => !definitions.has(name));
      if (unknown !== undefined) throw new Refusal('E011001', `${unknown} does not exist`);
      for (const name of names) definitions.delete(name);
      return names;
    },

    checkName: (name) => void defined(name),

    check(name, value) {
      if (!fits(defined(name), value))
        throw new Refusal(attributeErrorCode, `custom attribute ${name} has a value of the wrong type`);
    },
  };
}

function fits({ type, options = [] }: DescopeAttribute, value: unknown): boolean {
  const offered = (choice: unknown) => options.some((option) => option.value === choice);
  switch (type) {
    case 1:
      return typeof value === 'string';
    case 2:
      return typeof value === 'number' && Number.isFinite(value);
    case 3:
      return typeof value === 'boolean';
    case 4:
      return offered(value);
    case 5:
      return Array.isArray(value) && value.every(offered);
    case 6:
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 8.64e15;
  }
}

function list(body: Members, name: string): readonly unknown[] {
  const value = body[name];
  if (!Array.isArray(value) || value.length === 0) throw new Refusal('E011002', `${name} is required`);
  return value;
}

function definition(value: unknown): DescopeAttribute {
  const body = object(value, 'attribute');
  const name = string(body, 'name') ?? '';
  const type = attributeType(body.type);
  const options = Array.isArray(body.options)
    ? body.options.map((one) => {
        const option = object(one, 'option');
        const choice = string(option, 'value') ?? '';
        return { value: choice, label: string(option, 'label') ?? choice };
      })
    : [];
  return { name, type, displayName: string(body, 'displayName') ?? name, options };
}

function attributeType(value: unknown): DescopeAttribute['type'] {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return value;
    default:
      throw new Refusal('E011004', 'type must be 1 to 6');
  }
}
