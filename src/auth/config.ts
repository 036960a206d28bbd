import { z } from 'zod';
import { patchFields } from '../domain/user.ts';
import { originProblem } from '../settings/origin.ts';
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

const right = z.enum(rights);

/** What a claim may hold that stands for rights: one word, for a text claim is read word by word. */
const claimValue = z.string().regex(/^\S+$/, 'Expected a value of the claim, without spaces.');

/** The fields of a patch that can be left to the user whose record it is. */
const ownField = z.union(
  [
    z.enum(patchFields.filter((field) => field !== 'customFields' && !isPrivileged(field))),
    z.string().regex(/^customFields\..+$/),
  ],
  {
    error:
      'Expected a field of a patch that is not privileged, or customFields.<name>: not status, roleNames, tenants or ssoAppIds.',
  },
);

/** One issuer of tokens, and what its callers may do. */
const issuer = z
  .strictObject({
    issuer: z
      .string()
      .regex(/^\S+$/, 'Expected the iss of its tokens, without spaces.')
      .describe('The `iss` of its tokens, to the letter.'),
    audience: z.string().min(1).describe('What the `aud` of its tokens must name.'),
    jwks: jwksUrl.describe('The address of its key set, such as https://login.example.com/jwks.json.'),
    allowLoopback: z
      .boolean()
      .default(false)
      .describe('Permits a key set on this machine’s loopback interface, for tests and the sandbox.'),
    algorithms: z
      .array(z.enum(algorithms))
      .min(1)
      .describe('The signatures that are taken: asymmetric ones only.'),
    typ: z
      .array(z.string().min(1))
      .min(1)
      .default(['at+jwt', 'JWT'])
      .describe(
        'What the header’s `typ` may be: access tokens are `at+jwt` (RFC 9068), and `JWT` with many issuers.',
      ),
    // Our own choice.
    clockToleranceSeconds: z
      .number()
      .min(0)
      .max(30)
      .default(5)
      .describe('Seconds by which the clocks of the issuer and of this machine may differ.'),
    rights: z
      .union(
        [
          z.array(right).min(1),
          z.strictObject({
            claim: claim.describe('The claim that holds the rights: a list, or a text with spaces.'),
            grants: z
              .record(claimValue, z.array(right).describe('The rights that this value stands for.'))
              .optional()
              .describe(
                'What each value of the claim stands for. Left out: the values are the rights themselves.',
              ),
          }),
        ],
        {
          error: `Expected rights such as [users:read], or { claim: scope }. There are: ${rights.join(', ')}.`,
        },
      )
      .describe('The rights of its callers: the same for all, or those in a claim.'),
    directories: z
      .union(
        [
          z.array(z.string()),
          z.strictObject({ claim: claim.describe('The claim that names the directories.') }),
        ],
        { error: 'Expected names of directories, or { claim: … }.' },
      )
      .default([])
      .describe(
        'The directories in which the rights hold: the same for all callers, or those that a claim names.',
      ),
    self: z
      .strictObject({
        directory: z.string().describe('The directory in which the caller’s own record is.'),
        claim: claim.default('sub').describe('The claim that holds the provider’s id of the user.'),
        fields: z
          .array(ownField)
          .describe('What callers may change there: fields that are not privileged, or customFields.<name>.'),
      })
      .optional()
      .describe('For the right `profile:write:self`: where a caller’s own record is.'),
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
    anonymous: z
      .literal(true)
      .optional()
      .describe('Lets in whoever brings no token, to do everything: on a loopback host only.'),
    jwt: z
      .array(issuer)
      .min(1)
      .optional()
      .describe('The issuers whose tokens are taken, one entry an issuer and audience.'),
  })
  .meta({ minProperties: 1 })
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
