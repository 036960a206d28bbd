import { type ReactNode, useId } from 'react';
import { type Contact, display, type Field, isContact, type Value } from './draft.ts';
import type { Tenant } from './idpatch.ts';

interface ControlProps {
  readonly field: Field;
  readonly value: Value;
  /** What is wrong with it, for people. */
  readonly errors: readonly string[];
  readonly isChanged: boolean;
  onChange(value: Value): void;
}

/** The attributes that tie a control to its label, its hint and its errors. */
interface Tied {
  readonly id: string;
  readonly disabled: boolean;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

/** One field: its label, its control, what is to be known of it, and what is wrong with it. */
export function FieldRow(props: ControlProps) {
  const { field, value, errors, isChanged } = props;
  const hints = hintsOf(field, value);
  const described = [
    ...(hints.length > 0 ? [`${field.id}-hint`] : []),
    ...(errors.length > 0 ? [`${field.id}-error`] : []),
    ...(isChanged ? [`${field.id}-changed`] : []),
  ];
  const tied: Tied = {
    id: field.id,
    disabled: field.locked !== undefined,
    'aria-describedby': described.join(' ') || undefined,
    'aria-invalid': errors.length > 0 || undefined,
  };
  // Beside the label and not in it, so that the control keeps its name.
  const changed = isChanged && (
    <span className="changed" id={`${field.id}-changed`}>
      changed
    </span>
  );
  const notes = (
    <>
      {hints.length > 0 && (
        <p className="hint" id={`${field.id}-hint`}>
          {hints.join(' ')}
        </p>
      )}
      {errors.length > 0 && (
        <p className="error" id={`${field.id}-error`}>
          {errors.join(' ')}
        </p>
      )}
    </>
  );
  const isGroup = field.kind === 'tenants' || (field.kind === 'TEXTS' && field.custom?.choices);
  if (isGroup) {
    const { id, disabled, 'aria-describedby': describedBy } = tied;
    return (
      <fieldset className="field" {...{ id, disabled }} aria-describedby={describedBy} tabIndex={-1}>
        <legend className="label">{field.label}</legend>
        {changed}
        {field.kind === 'tenants' ? <Tenants {...props} /> : <Choices {...props} />}
        {notes}
      </fieldset>
    );
  }
  return (
    <div className="field">
      <label className="label" htmlFor={field.id}>
        {field.label}
      </label>
      {changed}
      <Control {...props} tied={tied} />
      {notes}
    </div>
  );
}

function hintsOf({ locked, hint, clearable, maxLength, kind }: Field, value: Value): readonly string[] {
  if (locked) return [locked];
  const length = typeof value === 'string' ? [...value].length : 0;
  const bound =
    maxLength === null
      ? []
      : length > maxLength
        ? [`${length} of at most ${maxLength} characters.`]
        : [`Up to ${maxLength} characters.`];
  const required = clearable || kind === 'status' ? [] : ['Cannot be empty.'];
  return [...(hint ? [hint] : []), ...bound, ...required];
}

function Control({ field, value, tied, onChange }: ControlProps & { readonly tied: Tied }): ReactNode {
  if (isContact(value)) return <ContactControl {...{ field, value, tied, onChange }} />;
  if (typeof value !== 'string') {
    const lines = value as readonly string[];
    return <Lines {...tied} lines={lines} onChange={onChange} />;
  }
  const change = (event: { readonly currentTarget: { readonly value: string } }) =>
    onChange(event.currentTarget.value);
  switch (field.kind) {
    case 'status':
    case 'CHOICE':
    case 'BOOLEAN':
      return (
        <select {...tied} value={value} onChange={change}>
          {optionsOf(field, value).map((option) => (
            <option key={option} value={option}>
              {option === '' ? 'No value' : display(field, option)}
            </option>
          ))}
        </select>
      );
    case 'DATE':
      return (
        <input
          {...tied}
          type="datetime-local"
          step="1"
          value={value}
          // Browsers leave seconds away where they are zero.
          onChange={({ currentTarget: { value: typed } }) =>
            onChange(typed.length === 16 ? `${typed}:00` : typed)
          }
        />
      );
    default:
      // A text with line breaks in it would lose them in an input.
      return value.includes('\n') ? (
        <textarea {...tied} dir="auto" rows={3} value={value} onChange={change} />
      ) : (
        <input
          {...tied}
          type="text"
          dir="auto"
          autoComplete="off"
          inputMode={field.kind === 'NUMBER' ? 'decimal' : field.key === 'picture' ? 'url' : 'text'}
          value={value}
          onChange={change}
        />
      );
  }
}

function optionsOf({ kind, custom, clearable }: Field, value: string): readonly string[] {
  const offered =
    kind === 'status'
      ? ['ENABLED', 'DISABLED']
      : kind === 'BOOLEAN'
        ? ['true', 'false']
        : (custom?.choices ?? []).map((choice) => choice.value);
  // What the user has now stays to be seen, also where it cannot be chosen: a status that only the provider sets.
  return [...new Set([...(clearable ? [''] : []), value, ...offered])];
}

function ContactControl({
  field,
  value,
  tied,
  onChange,
}: Omit<ControlProps, 'errors' | 'isChanged' | 'value'> & { readonly value: Contact; readonly tied: Tied }) {
  const verifiedId = `${field.id}-verified`;
  return (
    <>
      <input
        {...tied}
        type={field.key === 'phone' ? 'tel' : 'text'}
        inputMode={field.key === 'phone' ? 'tel' : 'email'}
        autoComplete="off"
        value={value.text}
        // Nobody has verified the new one.
        onChange={({ currentTarget }) => onChange({ text: currentTarget.value, verified: false })}
      />
      <label className="check" htmlFor={verifiedId}>
        <input
          id={verifiedId}
          type="checkbox"
          disabled={tied.disabled || value.text === ''}
          checked={value.verified}
          onChange={({ currentTarget }) => onChange({ ...value, verified: currentTarget.checked })}
        />
        {field.label} is verified
      </label>
    </>
  );
}

function Lines({
  lines,
  onChange,
  ...tied
}: Partial<Tied> & { readonly lines: readonly string[]; onChange(lines: readonly string[]): void }) {
  return (
    <textarea
      {...tied}
      rows={Math.max(2, lines.length)}
      value={lines.join('\n')}
      onChange={({ currentTarget: { value } }) => onChange(value === '' ? [] : value.split('\n'))}
    />
  );
}

function Choices({ field, value, onChange }: ControlProps) {
  const chosen = value as readonly string[];
  const offered = (field.custom?.choices ?? []).map((choice) => choice.value);
  return (
    <div className="choices">
      {[...new Set([...offered, ...chosen])].map((choice) => (
        <label className="check" key={choice}>
          <input
            type="checkbox"
            checked={chosen.includes(choice)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(checked ? [...chosen, choice] : chosen.filter((one) => one !== choice))
            }
          />
          {display(field, choice)}
        </label>
      ))}
    </div>
  );
}

function Tenants({ value, onChange }: ControlProps) {
  const tenants = value as readonly Tenant[];
  const id = useId();
  const change = (index: number, tenant: Tenant) => onChange(tenants.with(index, tenant));
  return (
    <>
      {tenants.map(({ tenantId, roleNames }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name while its id is typed
        <div className="tenant" key={index}>
          <label htmlFor={`${id}-${index}`}>Tenant id</label>
          <input
            id={`${id}-${index}`}
            autoComplete="off"
            value={tenantId}
            onChange={({ currentTarget }) => change(index, { tenantId: currentTarget.value, roleNames })}
          />
          <label htmlFor={`${id}-${index}-roles`}>Roles in this tenant, one per line</label>
          <Lines
            id={`${id}-${index}-roles`}
            lines={roleNames}
            onChange={(lines) => change(index, { tenantId, roleNames: lines })}
          />
          <button type="button" onClick={() => onChange(tenants.toSpliced(index, 1))}>
            Remove {tenantId || 'this tenant'}
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...tenants, { tenantId: '', roleNames: [] }])}>
        Add a tenant
      </button>
    </>
  );
}
