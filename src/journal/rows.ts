import { detailNames } from '../domain/errors.ts';
import { type ChangeDigest, JournalUnavailable, type Operation, type OperationResult } from './journal.ts';

/** A row of a result. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The text with all but plain ASCII in JSON's escapes: safe in a database of any encoding, including NUL, which
 * PostgreSQL cannot store, and lone surrogates, which UTF-8 cannot.
 */
export function ascii(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const fromAscii = (text: unknown): string => JSON.parse(`"${text}"`);

/** The digests of changes as a column has them. */
export const writeChanges = (changes: readonly ChangeDigest[]) =>
  ascii(JSON.stringify(changes.map(({ path, field, digest }) => [path, field, digest])));

function readChanges(json: string): readonly ChangeDigest[] {
  return JSON.parse(json).map(([path, field, digest]: readonly string[]) => ({ path, field, digest }));
}

/** The result's own members as JSON. Anything else that the object has, such as a user, is not written. */
export function writeResult({ outcome, confirmedBy, errors, adjusted }: OperationResult): string {
  const recorded = errors.map((error) => {
    const { code, message, path } = error;
    const own = new Set(detailNames(code));
    const details = Object.fromEntries(Object.entries(error).filter(([name]) => own.has(name)));
    return { code, message, path, details };
  });
  return JSON.stringify({
    ...{ outcome, confirmedBy, errors: recorded },
    ...(adjusted.length > 0 ? { adjusted } : {}),
  });
}

function readResult(json: string): OperationResult {
  const { errors, adjusted = [], ...result } = JSON.parse(json);
  return {
    ...result,
    adjusted,
    errors: errors.map(({ details, ...error }: { readonly details: object }) => ({ ...error, ...details })),
  };
}

/** The operation of a row. `processMayLive`: whether the process that began it may still be running. */
export function operationOf(row: Row, processMayLive: boolean): Operation {
  try {
    const finished = row.finished_at !== null;
    return {
      operationId: fromAscii(row.operation_id),
      caller: fromAscii(row.caller),
      key: row.idempotency_key === null ? null : fromAscii(row.idempotency_key),
      inputDigest: fromAscii(row.input_digest),
      user: fromAscii(row.user_id),
      fields: JSON.parse(fromAscii(row.fields)),
      startedAt: new Date(Number(row.started_at)),
      finishedAt: finished ? new Date(Number(row.finished_at)) : null,
      result: finished ? readResult(fromAscii(row.result)) : null,
      open: row.open_changes === null ? (finished ? null : []) : readChanges(fromAscii(row.open_changes)),
      mayBeRunning: !finished && processMayLive && Number(row.in_time) === 1,
    };
  } catch {
    // The parser's own message would quote the row.
    throw new JournalUnavailable(new Error('A row of the journal does not have the expected form.'));
  }
}
