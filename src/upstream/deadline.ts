/** A point in time by which something must end. Runs a timer only while something waits for it. */
export interface Deadline {
  /** By performance.now(). */
  readonly endsAt: number;
  isExpired(): boolean;
  /** Calls back once after expiry, never synchronously. Returns a function that cancels the callback. */
  onExpiry(callback: () => void): () => void;
}

/** Creates a deadline in `ms` milliseconds; with Infinity it never expires. */
export function createDeadline(ms: number): Deadline {
  return new TimedDeadline(performance.now() + ms);
}

// A class, so that each of the several deadlines of a request costs no closures.
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
      timer = setTimeout(check, Math.max(0, Math.ceil(this.endsAt - performance.now()))).unref();
    };
    // Node timers can fire up to 1 ms early: without this check a request reported as not sent could still be sent.
    const check = () => (this.isExpired() ? callback() : wait());
    wait();
    return () => clearTimeout(timer);
  }
}

/** Awaits a promise, which others may share, until the deadline; the promise itself goes on. */
export async function withDeadline<T>(promise: Promise<T>, deadline: Deadline): Promise<T | 'deadline'> {
  if (deadline.isExpired()) return 'deadline';
  const { promise: expired, resolve } = Promise.withResolvers<'deadline'>();
  const cancel = deadline.onExpiry(() => resolve('deadline'));
  try {
    return await Promise.race([promise, expired]);
  } finally {
    cancel();
  }
}
