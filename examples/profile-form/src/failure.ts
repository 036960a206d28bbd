import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';

/** A call without a payload. */
export interface Failure {
  /** True where idpatch refused the whole call. False: it may have been executed, and its answer was lost. */
  readonly refused: boolean;
  /** What to show to the person. */
  readonly message: string;
  readonly retryAfterSeconds: number;
}

interface TopLevelError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** Reads an error of Apollo Client. Only an answer of idpatch itself says whether the call was executed. */
export function failureOf(error: unknown): Failure {
  if (CombinedGraphQLErrors.is(error)) {
    // Without any data the document was not executed; with data, a field failed during execution.
    return { refused: error.data === undefined, message: messageOf(error.errors[0]), retryAfterSeconds: 0 };
  }
  if (ServerError.is(error)) {
    const first = topLevelErrors(error.bodyText)[0];
    // A proxy may answer 502 or 504 while idpatch still executes the call. Its answer has no code of idpatch.
    if (!first?.extensions?.code)
      return lost(`A server between this page and idpatch answered HTTP ${error.statusCode}.`);
    return {
      refused: true,
      message: messageOf(first),
      retryAfterSeconds: Number(error.response.headers.get('retry-after') ?? 0) || 0,
    };
  }
  return lost('The connection failed.');
}

const lost = (message: string): Failure => ({ refused: false, message, retryAfterSeconds: 0 });

function topLevelErrors(body: string): readonly TopLevelError[] {
  try {
    return (JSON.parse(body) as { errors?: readonly TopLevelError[] }).errors ?? [];
  } catch {
    return [];
  }
}

function messageOf(error: TopLevelError | undefined): string {
  switch (error?.extensions?.code) {
    case 'UNAUTHENTICATED':
      return 'You are not signed in. Sign in and try again.';
    case 'FORBIDDEN_ORIGIN':
      return 'This page may not call idpatch: its origin is not in server.cors.';
    case 'INTERNAL_SERVER_ERROR':
      return 'Something went wrong at idpatch.';
    default:
      return error?.message ?? 'Something went wrong.';
  }
}
