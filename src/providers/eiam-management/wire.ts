import { z } from 'zod';
import { account } from '../eiam/decode.ts';

/** The version of the management API that is spoken here. */
export const apiVersion = '2021-12-01';

/** The API's members are those of the developer API in PascalCase: turned into camelCase once, here at the edge. */
function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      camelCase(member),
    ]),
  );
}

/** The answer to every write. */
export const doneAnswer = z.preprocess(camelCase, z.object({ requestId: z.string() }));

/** The answer to GetUser. */
export const userAnswer = z.preprocess(camelCase, z.object({ user: account }));

/** The answer to ListUsers; its users carry no custom fields. */
export const usersAnswer = z.preprocess(camelCase, z.object({ users: z.array(account).nullish() }));
