import { type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';
import { type Draft, display, isSame, plannedValue, rebase, shownBy } from './draft.ts';
import { keyOfPath } from './patch.ts';
import type { Stage } from './stage.ts';
import type { Profile } from './use-profile.ts';

/** The dialog of the stage: a plan to confirm, an unknown outcome, or a user changed by somebody else. */
export function Decision({ profile }: { readonly profile: Profile }) {
  const { stage } = profile;
  switch (stage.at) {
    case 'plan':
      return <PlanDialog profile={profile} stage={stage} />;
    case 'unknown':
      return <UnknownDialog profile={profile} stage={stage} />;
    case 'stale':
      return <StaleDialog profile={profile} stage={stage} />;
    default:
      return null;
  }
}

type Props<At extends Stage['at']> = {
  readonly profile: Profile;
  readonly stage: Extract<Stage, { at: At }>;
};

/** A modal dialog. Escape closes it where `onBack` is given; otherwise it stays until a button is pressed. */
function Dialog({
  title,
  busy,
  onBack,
  actions,
  children,
}: {
  readonly title: string;
  readonly busy: string | undefined;
  readonly onBack?: () => void;
  readonly actions: ReactNode;
  readonly children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    heading.current?.focus();
    // Closing it before it is removed makes the browser restore the focus.
    return () => current?.close();
  }, []);
  const mayLeave = onBack && busy === undefined;
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (mayLeave) onBack();
      }}
      // Browsers close it on a second Escape although the first was prevented.
      onClose={({ currentTarget }) => currentTarget.isConnected && currentTarget.showModal()}
    >
      <h2 id={titleId} ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
      <div className="actions">
        {actions}
        <p role="status">{busy}</p>
      </div>
    </dialog>
  );
}

function PlanDialog({ profile, stage: { plan, attempt } }: Props<'plan'>) {
  const { fields, base, busy } = profile;
  const rows = plan.changes.flatMap(({ path, before, after }) => {
    const key = keyOfPath(path, attempt.input.patch);
    const field = fields.find((one) => one.key === key);
    return field ? [{ field, before: plannedValue(field, before), after: plannedValue(field, after) }] : [];
  });
  return (
    <Dialog
      title="Save these changes?"
      busy={busy}
      actions={
        <>
          <button className="main" type="button" aria-disabled={!!busy} onClick={() => profile.save(attempt)}>
            Save
          </button>
          <button type="button" aria-disabled={!!busy} onClick={() => busy || profile.back()}>
            Back to the form
          </button>
        </>
      }
      onBack={profile.back}
    >
      <p>Nothing has been sent yet. This is what would change for {base.displayName ?? base.id}.</p>
      <dl className="changes">
        {rows.map(({ field, before, after }) => (
          <div key={field.key}>
            <dt>{field.label}</dt>
            <dd>
              <span className="before">
                <span className="aside">from </span>
                {display(field, before)}
              </span>{' '}
              <span className="after">
                <span className="aside">to </span>
                {display(field, after)}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>
          {plan.requests.length === 1 ? 'The request' : `The ${plan.requests.length} requests`} to the
          directory
        </summary>
        {plan.requests.map(({ method, path, action, body }) => (
          <pre key={`${method} ${path} ${action}`}>
            <code>
              {method} {path}
              {action && `\n${action}`}
              {body && `\n\n${body}`}
            </code>
          </pre>
        ))}
      </details>
    </Dialog>
  );
}

function UnknownDialog({ profile, stage: { attempt, payload, why } }: Props<'unknown'>) {
  const { fields, busy } = profile;
  const now = payload?.user;
  const rows = fields.flatMap((field) => {
    const asked = attempt.asked[field.key];
    return asked === undefined ? [] : [{ field, asked, isShown: now && isSame(asked, shownBy(now, field)) }];
  });
  const showsAll = now && rows.every(({ isShown }) => isShown);
  return (
    <Dialog
      title="This may or may not have been saved"
      busy={busy}
      actions={
        <>
          <button
            className="main"
            type="button"
            aria-disabled={!!busy}
            onClick={() => profile.askAgain(attempt)}
          >
            Ask again
          </button>
          <button type="button" aria-disabled={!!busy} onClick={() => profile.readUser(attempt.asked)}>
            Read the user
          </button>
        </>
      }
    >
      <div role="alert">
        <p>{why}</p>
        {now && (
          <p>
            {showsAll
              ? 'The directory now shows all of your changes.'
              : 'The directory does not show all of your changes now. They may still arrive.'}
          </p>
        )}
      </div>
      <dl className="changes">
        {rows.map(({ field, asked, isShown }) => (
          <div key={field.key}>
            <dt>{field.label}</dt>
            <dd>
              {display(field, asked)}{' '}
              {isShown !== undefined && isShown !== null && (
                <span className="state">{isShown ? 'shown now' : 'not shown'}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <p className="hint">
        Asking again is safe: it uses the same idempotency key, so nothing is written twice.
        {payload && ` Operation ${payload.operationId}.`}
      </p>
    </Dialog>
  );
}

function StaleDialog({ profile, stage: { asked, theirs } }: Props<'stale'>) {
  const { fields, base, busy } = profile;
  const [given, setGiven] = useState<ReadonlySet<string>>(new Set());
  const name = useId();
  const rows = fields
    .map((field) => ({
      field,
      before: shownBy(base, field),
      now: shownBy(theirs, field),
      mine: asked[field.key],
    }))
    .filter(({ before, now }) => !isSame(before, now));
  const wanted = (): Draft => Object.fromEntries(Object.entries(asked).filter(([key]) => !given.has(key)));
  const isLeft = Object.keys(rebase(wanted(), fields, theirs)).length > 0;
  const give = (key: string, isGiven: boolean) => {
    const next = new Set(given);
    if (isGiven) next.add(key);
    else next.delete(key);
    setGiven(next);
  };
  return (
    <Dialog
      title="Somebody else changed this user"
      busy={busy}
      actions={
        <>
          <button
            className="main"
            type="button"
            aria-disabled={!!busy}
            onClick={() => busy || profile.decide(wanted(), theirs)}
          >
            {isLeft ? 'Review my changes' : 'Continue without saving'}
          </button>
          <button type="button" aria-disabled={!!busy} onClick={() => busy || profile.back()}>
            Back to the form
          </button>
        </>
      }
      onBack={() => profile.back()}
    >
      <p role="alert">
        Your changes were not saved. This has changed since you opened the user; choose which values to keep.
      </p>
      {rows.length === 0 && <p>The change is in a field that this form does not show.</p>}
      {rows.map(({ field, before, now, mine }) =>
        mine === undefined || isSame(mine, now) ? (
          <div className="meanwhile" key={field.key}>
            <h3>{field.label}</h3>
            <p>
              was {display(field, before)}, is now <strong>{display(field, now)}</strong>
            </p>
          </div>
        ) : (
          <fieldset className="meanwhile" key={field.key}>
            <legend>{field.label}</legend>
            <p>was {display(field, before)}</p>
            <label className="check">
              <input
                type="radio"
                name={`${name}-${field.id}`}
                checked={!given.has(field.key)}
                onChange={() => give(field.key, false)}
              />
              Mine: {display(field, mine)}
            </label>
            <label className="check">
              <input
                type="radio"
                name={`${name}-${field.id}`}
                checked={given.has(field.key)}
                onChange={() => give(field.key, true)}
              />
              Theirs: {display(field, now)}
            </label>
          </fieldset>
        ),
      )}
    </Dialog>
  );
}
