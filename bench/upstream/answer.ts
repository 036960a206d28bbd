/** An answer of the upstream, its body JSON. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly body: string;
}

/** A request as the upstream gets it. */
interface UpstreamRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** Answers what is its own; undefined for what is another's. */
export type Upstream = (request: UpstreamRequest) => UpstreamAnswer | undefined;

/** An answer that says yes. */
export const yes = (body: object): UpstreamAnswer => ({ status: 200, body: JSON.stringify(body) });
