import type { Config } from '../../src/config/config.ts';
import type { Service } from '../../src/service.ts';
import type { FrontDoor } from './front-door.ts';

/** Another idpatch before the providers of a front door, with other settings of its server. */
export function startAnother(
  { sandbox: { config }, startAnother: start }: FrontDoor,
  server: Partial<Config['server']> = {},
): Promise<Service> {
  return start({ server: { ...config.server, ...server } });
}
