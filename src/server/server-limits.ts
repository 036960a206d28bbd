/** What the clients of a listener can make it hold. */
export interface ServerLimits {
  /** Connections at once. Another one is closed as soon as it is accepted. */
  readonly maxConnections: number;
  /** Requests of one connection that are under way at once. */
  readonly requestsPerConnection: number;
  /** Bytes of responses that clients have not read. Beyond it, whoever has left the most unread is disconnected. */
  readonly unreadResponseBytes: number;
}

/** For a listener that a few clients know. Our own choices. */
export const fewClients: ServerLimits = {
  maxConnections: 100,
  requestsPerConnection: 4,
  unreadResponseBytes: 64 * 1024 * 1024,
};
