import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Decision } from './decisions.tsx';
import { shownBy } from './draft.ts';
import { FieldRow } from './fields.tsx';
import type { Directory, User } from './idpatch.ts';
import type { Notice } from './stage.ts';
import { type Profile, useProfile } from './use-profile.ts';

/** The form for a user who was read. `onUnsettled` says whether leaving the form would lose something. */
export function ProfileForm({
  user,
  directory,
  onUnsettled,
}: {
  readonly user: User;
  readonly directory: Directory;
  onUnsettled(isUnsettled: boolean): void;
}) {
  const profile = useProfile(user, directory);
  const { base, draft, changed, fields, stage, busy, isUnsettled } = profile;
  useEffect(() => onUnsettled(isUnsettled), [isUnsettled, onUnsettled]);
  const notice = stage.at === 'form' ? stage.notice : undefined;
  const groups = Map.groupBy(fields, ({ group }) => group);
  const review = (event: FormEvent) => {
    event.preventDefault();
    if (changed.length > 0) profile.review();
  };
  return (
    <>
      {notice && <NoticeBox key={notice.title} {...{ notice, profile }} />}
      <form noValidate onSubmit={review} aria-label="Profile">
        {[...groups].map(([group, members]) => (
          <fieldset className="group" key={group}>
            <legend>{group}</legend>
            {members.map((field) => (
              <FieldRow
                key={field.key}
                field={field}
                value={draft[field.key] ?? shownBy(base, field)}
                errors={notice?.errors[field.key] ?? []}
                isChanged={changed.includes(field.key)}
                onChange={(value) => profile.setValue(field, value)}
              />
            ))}
            {group === 'Custom fields' && !directory.customFields && <AnotherField {...{ profile }} />}
          </fieldset>
        ))}
        {!groups.has('Custom fields') && !directory.customFields && <AnotherField {...{ profile }} />}
        <div className="bar">
          <p>
            <span role="status">{busy}</span>
            {busy === undefined && changesText(changed.length)}
          </p>
          <button type="button" disabled={changed.length === 0} onClick={profile.discard}>
            Discard
          </button>
          <button className="main" type="submit" disabled={changed.length === 0} aria-disabled={!!busy}>
            Review changes
          </button>
        </div>
      </form>
      <Decision profile={profile} />
    </>
  );
}

function changesText(count: number): string {
  return count === 0 ? 'No changes' : count === 1 ? '1 change' : `${count} changes`;
}

/** The result of the last action. Moves the focus to the first field with an error, else to itself. */
function NoticeBox({ notice, profile }: { readonly notice: Notice; readonly profile: Profile }) {
  const { fields, stage, busy } = profile;
  const self = useRef<HTMLDivElement>(null);
  const wrong = fields.filter(({ key }) => notice.errors[key]);
  // After a partial save the notice is read first.
  const first = notice.tone === 'refused' ? wrong[0]?.id : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each notice takes the focus once, even if its text is the same
  useEffect(() => {
    const control = first === undefined ? null : document.getElementById(first);
    (control ?? self.current)?.focus();
  }, [notice, stage]);
  const isBad = notice.tone === 'refused' || notice.tone === 'partly';
  return (
    <div ref={self} className={`notice ${notice.tone}`} role={isBad ? 'alert' : 'status'} tabIndex={-1}>
      <h3>{notice.title}</h3>
      {notice.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {wrong.length > 0 && (
        <ul>
          {wrong.map(({ key, id, label }) => (
            <li key={key}>
              <button className="link" type="button" onClick={() => document.getElementById(id)?.focus()}>
                {label}
              </button>
              : {notice.errors[key]?.join(' ')}
            </li>
          ))}
        </ul>
      )}
      {notice.retry && <Retry profile={profile} retry={notice.retry} />}
      {notice.tone === 'partly' && (
        <button type="button" aria-disabled={!!busy} onClick={() => profile.readUser()}>
          Read the user again
        </button>
      )}
    </div>
  );
}

function Retry({
  profile,
  retry: { attempt, afterSeconds },
}: {
  readonly profile: Profile;
  readonly retry: NonNullable<Notice['retry']>;
}) {
  const [left, setLeft] = useState(afterSeconds);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return (
    <button type="button" disabled={left > 0} onClick={() => profile.retry(attempt)}>
      {left > 0 ? `Try again in ${left} s` : 'Try again'}
    </button>
  );
}

/** Adds a custom field by its name, where the directory does not list them. */
function AnotherField({ profile }: { readonly profile: Profile }) {
  const [name, setName] = useState('');
  const add = () => {
    if (name.trim() !== '') profile.addField(name);
    setName('');
  };
  return (
    <div className="field">
      <label className="label" htmlFor="another-field">
        Another custom field
      </label>
      <div className="beside">
        <input
          id="another-field"
          aria-describedby="another-field-hint"
          autoComplete="off"
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button type="button" onClick={add}>
          Add
        </button>
      </div>
      <p className="hint" id="another-field-hint">
        This directory does not list its custom fields. Enter the name of one, then its value as text.
      </p>
    </div>
  );
}
