import type { Secret } from '../../settings/secret.ts';
import type { CallOptions, HttpClient, SendResult } from '../../upstream/client.ts';
import { createRetryBudget, sendWithRetry } from '../../upstream/retry.ts';
import type { WireRequest } from './encode.ts';
import { isThrottled } from './errors.ts';

/** Sends requests with the directory's credentials. */
export interface DescopeClient {
  send(request: WireRequest, call: CallOptions): Promise<SendResult>;
}

/** Every call carries `Authorization: Bearer <ProjectId>:<ManagementKey>`. */
export function createDescopeClient(
  settings: { readonly projectId: string; readonly managementKey: Secret },
  http: HttpClient,
): DescopeClient {
  const budget = createRetryBudget();
  return {
    send(request, call) {
      const headers = {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        authorization: `Bearer ${settings.projectId}:${settings.managementKey.reveal()}`,
      };
      const isRead = request.method !== 'PATCH';
      // No path of this API has an id: ids are in queries and bodies.
      const purpose = { isRead, template: request.path.split('?', 1)[0] ?? '' };
      return sendWithRetry(
        () => http.send({ ...request, headers, purpose }, call),
        { deadline: call.deadline, isRead, isThrottled },
        budget,
      );
    },
  };
}
