import type { Secret } from '../settings/secret.ts';
import { type CallOptions, type HttpResponse, type SendResult, sendDeadline } from '../upstream/client.ts';
import { withDeadline } from '../upstream/deadline.ts';

/**
 * Sends with the values of these secrets. Where an answer refuses them (`isRefused`), which proves that nothing was done,
 * and their files have others by now, it sends again: at most once for each secret, because files that belong together
 * are replaced one after the other.
 */
export async function sendWithSecrets(
  secrets: readonly Secret[],
  send: (values: readonly string[]) => Promise<SendResult>,
  isRefused: (answer: HttpResponse) => boolean,
  call: CallOptions,
): Promise<SendResult> {
  for (let sends = 1; ; sends += 1) {
    const values = secrets.map((secret) => secret.reveal());
    const sent = await send(values);
    if (sends > secrets.length || sent.kind !== 'answered' || !isRefused(sent)) return sent;
    const renewals = Promise.all(secrets.map((secret, index) => secret.renew(values[index] ?? '')));
    const renewed = await withDeadline(renewals, sendDeadline(call));
    if (renewed === 'deadline' || !renewed.includes(true)) return sent;
  }
}
