import { z } from 'zod';
import { isRawNumber } from '../../domain/lossless-json.ts';
import { isUser } from '../decode.ts';
import type { Account } from '../eiam-shared/decode.ts';

/** The version of the management API. */
export const apiVersion = '2021-12-01';

/** The depth of the members that are read: an answer, its users, their custom fields, an entry of these. */
const depth = 5;

/** The API's members are those of the developer API in PascalCase: turned into camelCase once, here. */
function camelCase(value: unknown, left = depth): unknown {
  if (left === 0 || typeof value !== 'object' || value === null || isRawNumber(value)) return value;
  if (Array.isArray(value)) return value.map((one) => camelCase(one, left - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      camelCase(member, left - 1),
    ]),
  );
}

const camelCased = (value: unknown) => camelCase(value);

/** The answer to every write. */
export const writeAnswer = z.preprocess(camelCased, z.object({ requestId: z.string() }));

/** The answer to GetUser. */
export const userAnswer = z.preprocess(camelCased, z.object({ user: z.custom<Account>(isUser) }));

/** The answer to ListUsers; its users carry no custom fields. */
export const usersAnswer = z.preprocess(
  camelCased,
  z.object({ users: z.array(z.unknown()).nullish(), totalCount: z.number().nullish().catch(null) }),
);
