import { z } from 'zod';
import { patchFields } from '../domain/user.ts';
import { between } from '../settings/fields.ts';
import { originProblem } from '../settings/origin.ts';
import { rights } from './caller.ts';
import { isPrivileged } from './policy.ts';

/**
 * Accepted signature algorithms: asymmetric only, so that a verifier cannot issue tokens.
 * https://www.rfc-editor.org/rfc/rfc8725#section-3.2
 */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

/** A claim: its name, or the path to a nested one. */
const claim = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: 'Expected a claim such as scope, or a path to one such as [realm_access, roles].',
});

/** The URL of a key set. */
const jwksUrl = z.string().refine((text) => isJwksUrl(text), {
  error: 'Expected the address of a key set, such as https://login.example.com/jwks.json.',
});

function isJwksUrl(text: string): boolean {
  // URL itself forgives spaces, backslashes and a missing slash.
  return /^https?:\/\/[^\s\\/#@]+\/[^\s\\#@]*$/i.test(text) && URL.canParse(text);
}

const right = z.enum(rights);

/** A claim's value that grants rights: one word, because a text claim is split at spaces. */
const claimValue = z.string().regex(/^\S+$/, 'Expected a value of the claim, without spaces.');

const ownFieldProblem =
  'Expected a field of a patch that is not privileged, or customFields.<name>: not status, roleNames, tenants or ssoAppIds.';

/** The fields that self-service callers may be allowed to change. */
const ownField = z.union(
  [
    z.enum(patchFields.filter((field) => field !== 'customFields' && !isPrivileged(field))),
    // zod reports the problem of this option alone for every string.
    z.string().regex(/^customFields\..+$/, ownFieldProblem),
  ],
  { error: ownFieldProblem },
);

/** One token issuer and the rights of its callers. */
const issuer = z
  .strictObject({
    issuer: z
      .string()
      .regex(/^\S+$/, 'Expected the iss of its tokens, without spaces.')
      .describe('The exact `iss` of its tokens.'),
    audience: z.string().min(1).describe('The audience that the `aud` of its tokens must contain.'),
    jwks: jwksUrl.describe('The URL of its key set, such as https://login.example.com/jwks.json.'),
    // Our own choice.
    jwksMaxAgeSeconds: z
      .number()
      .min(5)
      .max(3_600)
      .default(120)
      .describe(
        'The maximum age of the cached key set (s): how long a withdrawn key may still be accepted. The shortest counts for a shared key set.',
      ),
    allowLoopback: z
      .boolean()
      .default(false)
      .describe('Permits a key set on this machine’s loopback interface, for tests and the sandbox.'),
    algorithms: z
      .array(z.enum(algorithms))
      .min(1)
      .describe('The accepted signature algorithms: asymmetric only.'),
    typ: z
      .array(z.string().min(1))
      .min(1)
      .default(['at+jwt', 'JWT'])
      .describe(
        'The accepted header values of `typ`: `at+jwt` for access tokens (RFC 9068), `JWT` with many issuers.',
      ),
    // Our own choice.
    clockToleranceSeconds: z
      .number()
      .min(0)
      .max(30)
      .default(5)
      .describe('Tolerated clock difference to the issuer (s).'),
    rights: z
      .union(
        [
          z.array(right).min(1),
          z.strictObject({
            claim: claim.describe('The claim that contains the rights: a list, or a space-separated text.'),
            grants: z
              .record(claimValue, z.array(right).describe('The rights that this value grants.'))
              .optional()
              .describe(
                'The rights that each value of the claim grants. Left out: the values are the rights themselves.',
              ),
          }),
        ],
        {
          error: `Expected rights such as [users:read], or { claim: scope }. There are: ${rights.join(', ')}.`,
        },
      )
      .describe('The rights of its callers: the same for all, or read from a claim.'),
    directories: z
      .union(
        [
          z.array(z.string()),
          z.strictObject({ claim: claim.describe('The claim that contains the names of the directories.') }),
        ],
        { error: 'Expected names of directories, or { claim: … }.' },
      )
      .default([])
      .describe('The directories in which the rights apply: the same for all callers, or read from a claim.'),
    weight: between(1, 100)
      .default(1)
      .describe(
        'How large the share of each of its callers is, of a quota and of the connections, beside those of others.',
      ),
    self: z
      .strictObject({
        directory: z.string().describe('The directory of the caller’s own record.'),
        claim: claim.default('sub').describe('The claim that contains the provider’s id of the user.'),
        fields: z
          .array(ownField)
          .describe('The fields that callers may change: not the privileged ones; or customFields.<name>.'),
      })
      .optional()
      .describe('For the right `profile:write:self`: the caller’s own record.'),
  })
  .superRefine(({ rights, directories, self, jwks, allowLoopback }, context) => {
    const report = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    const fixed = Array.isArray(rights) ? rights : [];
    if (fixed.includes('profile:write:self') && self === undefined) {
      report('self', 'Expected with the right profile:write:self: where the own record is.');
    }
    const overAll = fixed.some((one) => one !== 'profile:write:self');
    if (overAll && Array.isArray(directories) && directories.length === 0) {
      report('directories', 'Expected the directories in which the rights hold: there are none without.');
    }
    const problem = isJwksUrl(jwks) && originProblem(new URL(jwks).origin, allowLoopback);
    if (problem) report('jwks', problem);
  });

/** One validated issuer. */
export type Issuer = z.output<typeof issuer>;

/** Accepted callers: those with a token of a listed issuer; on a loopback host also anonymous ones. */
export const callers = z
  .strictObject({
    anonymous: z
      .literal(true)
      .optional()
      .describe('Accepts requests without a token, with every right: on a loopback host only.'),
    jwt: z
      .array(issuer)
      .min(1)
      .optional()
      .describe('The accepted issuers, one entry per issuer and audience.'),
  })
  .meta({ minProperties: 1 })
  .superRefine(({ anonymous, jwt = [] }, context) => {
    const report = (message: string, ...path: (string | number)[]) =>
      context.addIssue({ code: 'custom', path, message });
    if (!anonymous && jwt.length === 0) {
      report('Expected jwt, a list of issuers; or anonymous: true on a loopback host.');
    }
    for (const [index, { issuer, audience }] of jwt.entries()) {
      const first = jwt.findIndex((one) => one.issuer === issuer && one.audience === audience);
      if (first !== index)
        report('This issuer is named twice with the same audience.', 'jwt', index, 'issuer');
    }
  });

/** Validated callers section. */
export type Callers = z.output<typeof callers>;

/** One problem per issuer entry that names an unknown directory, by key. */
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
