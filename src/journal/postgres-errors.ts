import { passwordOf } from './postgres-login.ts';

/**
 * Error codes after which the same statement may succeed: conflicting transactions, and replicas that create the tables
 * at the same time. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const conflicts: ReadonlySet<string> = new Set([
  ...['40001', '40003', '40P01'],
  ...['23505', '42P07', '42710', '42P01', 'XX000'],
]);

/**
 * Error codes of a connection or server that is lost: also of one that became a standby, starts, or ends. 08P01 is every
 * error of PgBouncer's own.
 */
const losses: ReadonlySet<string> = new Set([
  ...['08000', '08003', '08006', '08P01', '25006', '57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE'],
]);

/** Messages of pg, without a code, where the server ends a connection or says nothing in time. */
const lossMessage =
  /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout exceeded when trying)/;

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Whether the server of this connection may be gone, so that the same statement may succeed at another. */
export function isLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return losses.has(code);
  return error instanceof Error && lossMessage.test(error.message);
}

/** Whether a connection that was open said nothing in time: neither an answer, nor that the statement took too long. */
export const isSilence = (error: unknown) => error instanceof Error && error.message === 'Query read timeout';

export const isConflict = (error: unknown) => conflicts.has(codeOf(error) ?? '');

/** Whether one row can be the cause: bad data, one too long for an index, or an operator's own trigger. */
export const isOfRow = (error: unknown) => /^(2[1-3]|54|P0)...$/.test(codeOf(error) ?? '');

/**
 * Classes of error codes whose messages contain no value: about the connection, the login, the database's state and the
 * tables. Others may quote one, as `invalid input syntax for type bigint: "…"` does, or have the text of a trigger.
 */
const withoutValues = /^(08|25|28|3D|3F|40|42|53|54|55|57|58)/;

/** Code and message alone: pg's errors also have the client and, in their details, values of rows. */
export function withoutSecrets(error: unknown, connectionString: string): Error {
  const causes = error instanceof AggregateError ? error.errors : [error];
  const message = causes.map((cause) => (cause instanceof Error ? cause.message : 'unknown')).join('; ');
  const secrets = [connectionString, passwordOf(connectionString)];
  const leaks = secrets.some((secret) => secret !== '' && message.includes(secret));
  const code = codeOf(error);
  const quotes = /^[0-9A-Z]{5}$/.test(code ?? '') && !withoutValues.test(code ?? '');
  const safeMessage = quotes
    ? 'The database refused it.'
    : leaks
      ? 'The message held the connection string.'
      : message;
  return Object.assign(new Error(safeMessage), { code });
}
