/** The moment until which something may take. It costs a timer only while somebody waits for it. */
export interface Deadline {
  /** The moment, by performance.now(). */
  readonly endsAt: number;
  /** Whether it is past. */
  isExpired(): boolean;
  /** Calls back once when `isOver` says so, at the earliest in a later turn. Gives what takes the call back. */
  onExpiry(callback: () => void): () => void;
}

/** Makes the deadline that is so many milliseconds from now; with Infinity the one that never comes. */
export function createDeadline(ms: number): Deadline {
  return new TimedDeadline(performance.now() + ms);
}

// A class, so that one of the several that each call makes is no more than a number.
class TimedDeadline implements Deadline {
  readonly endsAt: number;

  constructor(endsAt: number) {
    this.endsAt = endsAt;
  }

  isExpired(): boolean {
    return performance.now() >= this.endsAt;
  }

  onExpiry(callback: () => void): () => void {
    if (this.endsAt === Number.POSITIVE_INFINITY) return () => {};
    let timer: NodeJS.Timeout;
    const wait = () => {
      timer = setTimeout(look, Math.max(0, Math.ceil(this.endsAt - performance.now()))).unref();
    };
    // A timer fires up to a millisecond early, for it counts whole ones. Who is told so early that a request has
    // not left in time may see it leave all the same.
    const look = () => (this.isExpired() ? callback() : wait());
    wait();
    return () => clearTimeout(timer);
  }
}

/** Waits for something shared no longer than one's own deadline; what is waited for goes on for the others. */
export async function withDeadline<T>(waiting: Promise<T>, deadline: Deadline): Promise<T | 'deadline'> {
  if (deadline.isExpired()) return 'deadline';
  const { promise: over, resolve } = Promise.withResolvers<'deadline'>();
  const takeBack = deadline.onExpiry(() => resolve('deadline'));
  try {
    return await Promise.race([waiting, over]);
  } finally {
    takeBack();
  }
}
