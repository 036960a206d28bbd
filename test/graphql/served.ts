/** Something that takes GraphQL over HTTP on loopback. */
export interface Served {
  /** Where it takes it, the path included. */
  readonly url: string;
  close(): Promise<void>;
}

/** An answer as JSON gave it, with its status. */
export interface Answered {
  readonly status: number;
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

/** Sends a document by POST, with a token as its caller's. */
export async function ask(
  url: string,
  query: string,
  variables: object = {},
  token?: string,
): Promise<Answered> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** The SDL that a subgraph gives of itself. */
export async function sdlOf(url: string, token?: string): Promise<string> {
  const { data, errors } = await ask(url, '{ _service { sdl } }', {}, token);
  if (errors) throw new Error(`No SDL: ${JSON.stringify(errors)}`);
  return (data as { _service: { sdl: string } })._service.sdl;
}
