import type { CallOptions, Reservation } from '../upstream/client.ts';

/** The time of one operation. Its last part is kept for reading back what was written. */
export interface OperationTime {
  /** For lookups and writes. */
  readonly writing: CallOptions;
  /** For reading back: until the deadline of the operation. */
  readonly readingBack: CallOptions;
  /** Milliseconds between the reads for one write. */
  readonly readBackDelaysMs: readonly number[];
  /** Waits between two reads. */
  pause(ms: number): Promise<unknown>;
  /** Releases the reservation: the operation is over. */
  end(): void;
}

/** The same time at a write's priority, with a reservation of its own for the read-back. */
export function withReservation(time: OperationTime): OperationTime {
  const { writing, readingBack } = time;
  const reservation: Reservation = { endsAt: readingBack.deadline.endsAt, release: undefined };
  return {
    ...time,
    writing: { ...writing, priority: 'write', reservation },
    readingBack: { ...readingBack, priority: 'urgent', reservation },
    end: () => reservation.release?.(),
  };
}
