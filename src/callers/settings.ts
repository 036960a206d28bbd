import { z } from 'zod';
import { originProblem } from '../settings.ts';
import { patchFields } from '../user.ts';
import { rights } from './caller.ts';
import { isPrivileged } from './policy.ts';

/**
 * Signatures that are taken: asymmetric ones only, so that nothing which verifies a token can also make one.
 * https://www.rfc-editor.org/rfc/rfc8725#section-3.2
 */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

/** Where in a token's payload a value is: a claim's name, or the names on the way to one that lies deeper. */
const claim = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: 'Expected a claim such as scope, or a path to one such as [realm_access, roles].',
});

/** The address of a key set. */
const jwksUrl = z.string().refine((text) => isJwksUrl(text), {
  error: 'Expected the address of a key set, such as https://login.example.com/jwks.json.',
});

function isJwksUrl(text: string): boolean {
  // URL itself forgives spaces, backslashes and a missing slash.
  return /^https?:\/\/[^\s\\/#@]+\/[^\s\\#@]*$/i.test(text) && URL.canParse(text);
}

/** Seconds by which the clocks of an issuer and of this machine may differ. Our own choice. */
const clockToleranceSeconds = z.number().min(0).max(30).default(5);

const right = z.enum(rights);

/** What a claim may hold that stands for rights: one word, for a text claim is read word by word. */
const claimValue = z.string().regex(/^\S+$/, 'Expected a value of the claim, without spaces.');

/** The fields of a patch that can be left to the user whose record it is. */
const ownField = z.string().refine((field) => isOwnField(field), {
  error:
    'Expected a field of a patch that is not privileged, or customFields.<name>: not status, roleNames, tenants or ssoAppIds.',
});

function isOwnField(field: string): boolean {
  if (/^customFields\..+$/.test(field)) return true;
  const known = patchFields.find((one) => one === field);
  return known !== undefined && known !== 'customFields' && !isPrivileged(known);
}

/** One issuer of tokens, and what its callers may do. */
const issuer = z
  .strictObject({
    /** The `iss` of its tokens, to the letter. */
    issuer: z.string().regex(/^\S+$/, 'Expected the iss of its tokens, without spaces.'),
    /** What the `aud` of its tokens must name. */
    audience: z.string().min(1),
    jwks: jwksUrl,
    /** Permits a key set on this machine's loopback interface, for tests and the sandbox. */
    allowLoopback: z.boolean().default(false),
    algorithms: z.array(z.enum(algorithms)).min(1),
    /** What the header's `typ` may be: access tokens are `at+jwt` (RFC 9068), and `JWT` with many issuers. */
    typ: z.array(z.string().min(1)).min(1).default(['at+jwt', 'JWT']),
    clockToleranceSeconds,
    /**
     * The rights of its callers: the same for all, or those in a claim, a list or a text with spaces. `grants`
     * says what each value of the claim stands for; without it, the values are the rights themselves.
     */
    rights: z.union(
      [
        z.array(right).min(1),
        z.strictObject({ claim, grants: z.record(claimValue, z.array(right)).optional() }),
      ],
      {
        error: `Expected rights such as [users:read], or { claim: scope }. There are: ${rights.join(', ')}.`,
      },
    ),
    /** The directories in which the rights hold: the same for all callers, or those that a claim names. */
    directories: z
      .union([z.array(z.string()), z.strictObject({ claim })], {
        error: 'Expected names of directories, or { claim: … }.',
      })
      .default([]),
    /** For `profile:write:self`: where a caller's own record is, by the provider's user id in a claim. */
    self: z
      .strictObject({ directory: z.string(), claim: claim.default('sub'), fields: z.array(ownField) })
      .optional(),
  })
  .superRefine(({ rights, directories, self }, context) => {
    if (!Array.isArray(rights)) return;
    if (rights.includes('profile:write:self') && self === undefined) {
      const message = 'Expected with the right profile:write:self: where the own record is.';
      context.addIssue({ code: 'custom', path: ['self'], message });
    }
    const overAll = rights.some((one) => one !== 'profile:write:self');
    if (overAll && Array.isArray(directories) && directories.length === 0) {
      const message = 'Expected the directories in which the rights hold: there are none without.';
      context.addIssue({ code: 'custom', path: ['directories'], message });
    }
  })
  .superRefine(({ jwks, allowLoopback }, context) => {
    if (!isJwksUrl(jwks)) return;
    const message = originProblem(new URL(jwks).origin, allowLoopback);
    if (message) context.addIssue({ code: 'custom', path: ['jwks'], message });
  });

/** One issuer as the configuration has it, checked and complete. */
export type Issuer = z.output<typeof issuer>;

/** Who is let in: whoever brings a token of one of the issuers, and on a loopback host whoever brings none. */
export const callers = z
  .strictObject({
    anonymous: z.literal(true).optional(),
    jwt: z.array(issuer).min(1).optional(),
  })
  .superRefine(({ anonymous, jwt = [] }, context) => {
    if (!anonymous && jwt.length === 0) {
      const message = 'Expected jwt, a list of issuers; or anonymous: true on a loopback host.';
      context.addIssue({ code: 'custom', path: [], message });
    }
    for (const [index, { issuer, audience }] of jwt.entries()) {
      const first = jwt.findIndex((one) => one.issuer === issuer && one.audience === audience);
      if (first === index) continue;
      const message = 'This issuer is named twice with the same audience.';
      context.addIssue({ code: 'custom', path: ['jwt', index, 'issuer'], message });
    }
  });

/** Who is let in, checked and complete. */
export type Callers = z.output<typeof callers>;

/** The problems of issuers that name directories which are not there: one line each, by key. */
export function unknownDirectories(
  { jwt = [] }: Callers,
  names: readonly string[],
): readonly { readonly path: (string | number)[]; readonly message: string }[] {
  const message = `There is no such directory. There are: ${names.join(', ')}.`;
  return jwt.flatMap(({ directories, self }, index) => [
    ...(Array.isArray(directories) ? directories : []).flatMap((name, at) =>
      names.includes(name) ? [] : [{ path: ['callers', 'jwt', index, 'directories', at], message }],
    ),
    ...(self && !names.includes(self.directory)
      ? [{ path: ['callers', 'jwt', index, 'self', 'directory'], message }]
      : []),
  ]);
}
