import type { Secret } from '../../settings/secret.ts';
import type { CallOptions, HttpClient, SendResult } from '../../upstream/client.ts';
import { createRetry } from '../../upstream/retry.ts';
import { sendWithSecrets } from '../renewed-secrets.ts';
import type { WireRequest } from './encode.ts';
import { isKeyRefused, isThrottled } from './errors.ts';

/**
 * Makes a function that sends requests with `Authorization: Bearer <ProjectId>:<ManagementKey>`; again where the key was
 * refused and its file has another.
 */
export function createDescopeClient(
  settings: { readonly projectId: string; readonly managementKey: Secret },
  http: HttpClient,
) {
  const sendWithRetry = createRetry(isThrottled);
  return (request: WireRequest, call: CallOptions): Promise<SendResult> => {
    const isRead = request.method !== 'PATCH';
    // No path of this API has an id: ids are in queries and bodies.
    const purpose = { isRead, template: request.path.split('?', 1)[0] ?? '' };
    const send = ([managementKey]: readonly string[]) => {
      const headers = {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        authorization: `Bearer ${settings.projectId}:${managementKey}`,
      };
      return sendWithRetry(() => http.send({ ...request, headers, purpose }, call), isRead, call);
    };
    return sendWithSecrets([settings.managementKey], send, isKeyRefused, call);
  };
}
