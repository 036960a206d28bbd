/** Waits for something shared no longer than one's own deadline; what is waited for goes on for the others. */
export async function waitWithin<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T | 'deadline'> {
  if (signal.aborted) return 'deadline';
  const { promise: over, resolve } = Promise.withResolvers<'deadline'>();
  const stop = () => resolve('deadline');
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([waiting, over]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
