import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';

/** A call that brought no payload. */
export interface Failure {
  /** True where idpatch says that it refused the call whole. False: it may have been done, and its answer was lost. */
  readonly refused: boolean;
  /** For people. */
  readonly message: string;
  readonly retryAfterSeconds: number;
}

interface TopLevelError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** Reads what Apollo Client threw. Only what idpatch itself answered says anything of what became of a call. */
export function failureOf(error: unknown): Failure {
  if (CombinedGraphQLErrors.is(error)) {
    // Without any data the document was not run at all; with it, a field came to grief on its way.
    return { refused: error.data === undefined, message: saysOf(error.errors[0]), retryAfterSeconds: 0 };
  }
  if (ServerError.is(error)) {
    const told = topLevelErrors(error.bodyText)[0];
    // A proxy between may answer 502 or 504 to a call that idpatch still works on: it has no code of idpatch's.
    if (!told?.extensions?.code)
      return lost(`A server between this page and idpatch answered HTTP ${error.statusCode}.`);
    return {
      refused: true,
      message: saysOf(told),
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

function saysOf(error: TopLevelError | undefined): string {
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
