import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Milliseconds between two checks for clients that do not read their response; found twice, a client is disconnected.
 * Node has no timeout for them and would keep the response. What fits into the system's buffers counts as read. Our
 * own choice.
 */
const slowReaderMs = 60_000;

/** Responses whose requests have begun, until the client has read them or is gone. */
export interface Unanswered {
  all(): readonly ServerResponse[];
  begin(response: ServerResponse): void;
  /** The response is given, with a body of this length. */
  end(response: ServerResponse, bytes: number): void;
  forget(response: ServerResponse): void;
  close(): void;
}

/**
 * While more than `maxUnreadBytes` are unread, disconnects the client that has left the most unread, and calls
 * `onCutOff`.
 */
export function createUnanswered(maxUnreadBytes: number, onCutOff: () => void): Unanswered {
  /** With the bytes of those that are given. */
  const responses = new Map<ServerResponse, number>();
  let unreadBytes = 0;

  function cutOffSlowest(): void {
    const bySocket = new Map<Socket, number>();
    for (const [{ req }, bytes] of responses)
      if (!req.socket.destroyed) bySocket.set(req.socket, (bySocket.get(req.socket) ?? 0) + bytes);
    const [slowest] = [...bySocket].sort(([, one], [, other]) => other - one);
    if (!slowest) return;
    const [socket] = slowest;
    socket.destroy();
    // At once: it closes a turn later, and until then every other response would cut off one more client.
    for (const response of responses.keys()) if (response.req.socket === socket) forget(response);
    onCutOff();
  }

  /** Responses that the clients had not read at the last check. */
  let unread: readonly ServerResponse[] = [];
  const checking = setInterval(() => {
    for (const response of unread) if (responses.has(response)) response.req.socket.destroy();
    // A response without a socket waits for the response before it.
    unread = [...responses.keys()].filter(({ writableEnded, socket }) => writableEnded && socket);
  }, slowReaderMs).unref();

  function forget(response: ServerResponse): void {
    unreadBytes -= responses.get(response) ?? 0;
    responses.delete(response);
  }

  return {
    all: () => [...responses.keys()],
    begin(response) {
      responses.set(response, 0);
      response.once('close', () => forget(response));
    },
    end(response, bytes) {
      if (!responses.has(response)) return;
      responses.set(response, bytes);
      unreadBytes += bytes;
      if (unreadBytes > maxUnreadBytes) cutOffSlowest();
    },
    forget,
    close: () => clearInterval(checking),
  };
}
