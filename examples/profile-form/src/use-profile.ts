import { useApolloClient } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';
import { type Draft, type Field, fieldsOf, isSame, rebase, shownBy, type Value } from './draft.ts';
import { type Failure, failureOf } from './failure.ts';
import type { PatchErrorCode } from './generated/graphql.ts';
import {
  type Directory,
  type PatchError,
  type Payload,
  patchMutation,
  planQuery,
  type User,
  userQuery,
} from './idpatch.ts';
import { keyOfPath, toPatch } from './patch.ts';
import { type Attempt, type Notice, newAttempt, type Stage } from './stage.ts';

/** Codes that refuse this call only, and do not say what became of an earlier call with the same key. */
const aboutThisCallOnly: ReadonlySet<PatchErrorCode> = new Set(['FORBIDDEN', 'JOURNAL_UNAVAILABLE']);

/** The state of the form for one user, and its actions. */
export function useProfile(first: User, directory: Directory) {
  const client = useApolloClient();
  /** The user that the draft differs from: as last read, and no newer than what the person has seen. */
  const [base, setBase] = useState(first);
  const [draft, setDraft] = useState<Draft>({});
  const [typed, setTyped] = useState<readonly string[]>([]);
  const [stage, setStage] = useState<Stage>({ at: 'form' });
  const [busy, setBusy] = useState<string>();
  const working = useRef(false);
  const fields = fieldsOf(directory, base, typed);

  const changed = Object.keys(rebase(draft, fields, base));

  const isUnsettled = changed.length > 0 || stage.at === 'unknown' || busy !== undefined;
  useEffect(() => {
    if (!isUnsettled) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isUnsettled]);

  /** Runs one action at a time, however often somebody clicks. */
  async function work(doing: string, step: () => Promise<void>): Promise<void> {
    if (working.current) return;
    working.current = true;
    setBusy(doing);
    await step().finally(() => {
      working.current = false;
      setBusy(undefined);
    });
  }

  function notify(notice: Partial<Notice> & Pick<Notice, 'tone' | 'title'>): void {
    setStage({ at: 'form', notice: { errors: {}, lines: [], ...notice } });
  }

  function refuse(errors: readonly PatchError[], attempt: Attempt): void {
    const byField = Map.groupBy(errors, ({ path }) => keyOfPath(path, attempt.input.patch) ?? '');
    const isRetryable = errors.every(({ retryable }) => retryable);
    const afterSeconds = Math.max(
      ...errors.map((error) => ('retryAfterSeconds' in error && error.retryAfterSeconds) || 0),
    );
    const messages = [...byField].map(([key, all]) => [key, all.map(({ message }) => message)] as const);
    notify({
      tone: 'refused',
      title: 'Nothing was saved.',
      errors: Object.fromEntries(messages.filter(([key]) => key !== '')),
      lines: byField.get('')?.map(({ message }) => message) ?? [],
      ...(isRetryable ? { retry: { attempt, afterSeconds } } : {}),
    });
  }

  async function readNow(): Promise<User | Failure> {
    const by = { id: base.id };
    try {
      const { data } = await client.query({
        query: userQuery,
        variables: { by },
        fetchPolicy: 'network-only',
      });
      return data?.user ?? { refused: true, message: 'The user no longer exists.', retryAfterSeconds: 0 };
    } catch (error) {
      return failureOf(error);
    }
  }

  async function showStale(asked: Draft, known: User | null): Promise<void> {
    const theirs = known ?? (await readNow());
    if ('version' in theirs) return setStage({ at: 'stale', asked, theirs });
    const title = 'Nothing was saved: somebody else changed the user.';
    notify({ tone: 'refused', title, lines: [`The user could not be read again. ${theirs.message}`] });
  }

  /** Asks idpatch for the plan of the changes, and shows it. */
  function review(all: Draft, user: User): Promise<void> {
    return work('Checking the changes…', async () => {
      const asked = rebase(all, fields, user);
      const { patch, wrong } = toPatch(asked, fields, user);
      if (Object.keys(wrong).length > 0) {
        const errors = Object.fromEntries(Object.entries(wrong).map(([key, says]) => [key, [says]]));
        return notify({ tone: 'refused', title: 'Nothing was saved.', errors });
      }
      // The version that the person saw: a change made since then is not overwritten.
      const input = { user: { id: user.id }, patch, ifVersion: user.version };
      const attempt = newAttempt({ input, asked });
      try {
        const { data } = await client.query({
          query: planQuery,
          variables: { input },
          fetchPolicy: 'no-cache',
        });
        const plan = data?.planPatchUser;
        if (!plan) throw new Error('The plan is missing.');
        if (plan.errors.some(({ code }) => code === 'STALE_VERSION')) return await showStale(asked, null);
        if (plan.errors.length > 0) return refuse(plan.errors, attempt);
        setStage({ at: 'plan', attempt, plan });
      } catch (error) {
        const lines = [failureOf(error).message];
        notify({ tone: 'refused', title: 'The changes could not be checked. Nothing was sent.', lines });
      }
    });
  }

  /** Sends an attempt, or asks again with the same key, which never writes twice. */
  function send(attempt: Attempt, isAskedAgain: boolean): Promise<void> {
    return work(isAskedAgain ? 'Asking again…' : 'Saving…', async () => {
      try {
        const { data } = await client.mutate({
          mutation: patchMutation,
          variables: { input: attempt.input },
        });
        if (!data?.patchUser) throw new Error('The payload is missing.');
        await handlePayload(attempt, data.patchUser, isAskedAgain);
      } catch (error) {
        const failure = failureOf(error);
        const { message, retryAfterSeconds: afterSeconds } = failure;
        if (failure.refused && !isAskedAgain) {
          const title = 'Nothing was saved.';
          return notify({ tone: 'refused', title, lines: [message], retry: { attempt, afterSeconds } });
        }
        // A refused question does not say what became of the first call.
        setStage({ at: 'unknown', attempt, why: message });
      }
    });
  }

  async function handlePayload(attempt: Attempt, payload: Payload, isAskedAgain: boolean): Promise<void> {
    const { outcome, user, errors } = payload;
    switch (outcome) {
      case 'APPLIED': {
        const seen =
          payload.confirmedBy === 'READ_BACK'
            ? 'The user was read again afterwards and shows every change.'
            : 'The directory’s answer shows every change.';
        const now = user ?? (await readNow());
        if ('version' in now) setBase(now);
        setDraft({});
        const adjusted = labels(
          payload.adjusted.flatMap((path) => keyOfPath(path, attempt.input.patch) ?? []),
          '',
        );
        const other = adjusted && `The directory keeps in another form: ${adjusted}.`;
        return notify({ tone: 'done', title: 'Saved.', lines: [seen, other].filter(Boolean) });
      }
      case 'NOT_APPLIED':
        if (isAskedAgain && errors.some(({ code }) => aboutThisCallOnly.has(code))) {
          return setStage({ at: 'unknown', attempt, why: errors.map(({ message }) => message).join(' ') });
        }
        if (errors.some(({ code }) => code === 'STALE_VERSION')) return showStale(attempt.asked, user);
        return refuse(errors, attempt);
      case 'PARTIAL':
        return showPartial(attempt, payload);
      case 'UNKNOWN': {
        return setStage({ at: 'unknown', attempt, payload, why: whyUnknown(errors) });
      }
    }
  }

  async function showPartial({ asked, input }: Attempt, { user, errors }: Payload): Promise<void> {
    const now = user ?? (await readNow());
    if ('version' in now) adopt(now, asked);
    const byField = Map.groupBy(errors, ({ path }) => keyOfPath(path, input.patch) ?? '');
    const saved = labels(Object.keys(asked).filter((key) => !byField.has(key)));
    notify({
      tone: 'partly',
      title: 'Only some changes were saved.',
      errors: Object.fromEntries([...byField].map(([key, all]) => [key, all.map(({ message }) => message)])),
      lines: [`Saved: ${saved}. The rest is still in the form.`],
    });
  }

  const labels = (keys: readonly string[], none = 'nothing') =>
    keys.map((key) => fields.find((field) => field.key === key)?.label ?? key).join(', ') || none;

  /** Makes this user the base, and keeps the requested changes that it does not show. */
  function adopt(now: User, asked: Draft): Draft {
    const left = rebase(asked, fields, now);
    setBase(now);
    setDraft(left);
    return left;
  }

  return {
    ...{ base, draft, changed, fields, stage, busy, isUnsettled, directory },
    setValue(field: Field, value: Value) {
      const { [field.key]: _, ...others } = draft;
      setDraft(
        isSame(value, shownBy(base, field)) && !isUntidy(value) ? others : { ...others, [field.key]: value },
      );
    },
    addField: (name: string) => setTyped([...typed, name]),
    discard: () => {
      setDraft({});
      notify({ tone: 'news', title: 'Your changes were discarded.' });
    },
    review: () => review(draft, base),
    save: (attempt: Attempt) => send(attempt, false),
    /** The first call wrote nothing. A new key, because a key always gets its first answer. */
    retry: (attempt: Attempt) => send(newAttempt(attempt), false),
    askAgain: (attempt: Attempt) => send(attempt, true),
    back: () => setStage({ at: 'form' }),
    /** Reads the user after an unknown outcome, and continues from there. */
    readUser: (asked: Draft = draft) =>
      work('Reading the user…', async () => {
        const now = await readNow();
        if (!('version' in now)) {
          if (stage.at === 'unknown')
            return setStage({ ...stage, why: `The user could not be read. ${now.message}` });
          return notify({ tone: 'refused', title: 'The user could not be read.', lines: [now.message] });
        }
        const left = Object.keys(adopt(now, asked));
        const lines =
          left.length === 0
            ? ['The directory shows all of your changes.']
            : [`Not shown: ${labels(left)}. It is still in the form; the earlier save may still arrive.`];
        notify({ tone: 'news', title: 'This is the user as the directory has it now.', lines });
      }),
    /** Continues from the user as others changed it, with the changes that the person keeps. */
    decide: (wanted: Draft, theirs: User) => {
      const left = adopt(theirs, wanted);
      if (Object.keys(left).length > 0) return review(left, theirs);
      return notify({ tone: 'news', title: 'None of your changes is left to save.' });
    },
  };
}

/** What useProfile gives. */
export type Profile = ReturnType<typeof useProfile>;

/** A list that is being typed may have an empty line, which must stay. */
function isUntidy(value: Value): boolean {
  return (
    Array.isArray(value) &&
    value.some((line) => line === '' || (typeof line === 'object' && line.tenantId === ''))
  );
}

function whyUnknown(errors: readonly PatchError[]): string {
  const has = (code: PatchErrorCode) => errors.some((error) => error.code === code);
  if (has('IDEMPOTENCY_IN_PROGRESS')) return 'The save is still in progress.';
  if (has('NOT_CONFIRMED')) return 'The directory accepted the change, but does not show it.';
  return 'The change was sent, but the directory’s answer does not say whether it was made.';
}
