import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { Provider } from './providers/provider.ts';
import { instrumentUpstream } from './telemetry/instrument-upstream.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { createBudget } from './upstream/budget.ts';
import { createProtectedClient } from './upstream/circuit-breaker.ts';
import type { Quotas } from './upstream/quota/quotas.ts';

/** One configured instance of a provider, under the name that callers use. */
export interface Directory {
  readonly name: string;
  readonly provider: Provider;
}

/** Maximum number of members that are logged: names come from us, a bug must not fill the log. */
const maxReported = 100;

/** The directories by name, in the order of the configuration. */
export type Directories = ReadonlyMap<string, Directory>;

/**
 * Creates the directories of a configuration, each with its own connections; directories of one project at one
 * provider share its quota. Opens no connection. A member of an answer that cannot be read is counted, and logged once.
 */
export function createDirectories(
  config: Config,
  quotas: Quotas,
  telemetry: Telemetry,
  log: Logger,
): Directories {
  const answerBudget = createBudget(config.limits.totalAnswerBytes, () =>
    telemetry.metrics?.shed({ reason: 'answer_bytes' }),
  );
  return new Map(
    Object.entries(config.directories).map(([name, configured]) => {
      const { origin, project, pace } = configured;
      const client = instrumentUpstream(telemetry, name, origin, createProtectedClient(origin, answerBudget));
      const throttle = pace && quotas.throttleOf({ key: `${origin} ${project}`, ...pace });
      const onWaited = (ms: number) => telemetry.metrics?.quotaSeconds({ directory: name }, ms / 1_000);
      if (throttle) telemetry.metrics?.quotaWaiting({ directory: name }, () => throttle.waiting);
      const reported = new Set<string>();
      const report = (member: string) => {
        telemetry.metrics?.unreadableMembers({ provider: provider.kind, member });
        if (reported.size >= maxReported || reported.has(member)) return;
        reported.add(member);
        log.warn({ event: 'unreadable', directory: name, member });
      };
      const http = throttle ? throttle.limit(client, onWaited) : client;
      const provider = configured.create(name, http, report);
      return [name, { name, provider }];
    }),
  );
}
