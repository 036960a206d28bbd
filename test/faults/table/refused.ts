import type { PatchErrorCode } from '../../../src/domain/errors.ts';
import type { DirectoryName } from '../../harness/expected.ts';
import { eiam, errorBody, notApplied, type Row, write } from './row.ts';

type Refusal = readonly [status: number, theirs: string, ours: PatchErrorCode, path: string];

/** What each provider documents, and what it means here. */
const refusals: readonly (readonly [readonly DirectoryName[], readonly Refusal[]])[] = [
  [
    eiam,
    [
      [400, 'InvalidParameter.DisplayName', 'INVALID_INPUT', 'patch.displayName'],
      [404, 'ResourceNotFound.User', 'USER_NOT_FOUND', 'user.id'],
      [409, 'ResourceDuplicated.DisplayName', 'CONFLICT', 'patch.displayName'],
      [200, 'ResourceDuplicated.DisplayName', 'CONFLICT', 'patch.displayName'],
    ],
  ],
  [
    ['employees'],
    [
      [403, 'permission_denied', 'PROVIDER_REFUSED', 'patch'],
      [403, 'ResourceDuplicated.DisplayName', 'CONFLICT', 'patch.displayName'],
    ],
  ],
  [['contractors'], [[403, 'Forbidden.RAM', 'PROVIDER_REFUSED', 'patch']]],
  [
    ['customers'],
    [
      [400, 'E011001', 'INVALID_INPUT', 'patch.displayName'],
      [400, 'E112102', 'USER_NOT_FOUND', 'user.id'],
      [404, 'E112102', 'USER_NOT_FOUND', 'user.id'],
      [409, 'E062107', 'CONFLICT', 'patch.displayName'],
      [200, 'E062107', 'CONFLICT', 'patch.displayName'],
      [403, 'E999999', 'PROVIDER_AUTH', 'patch.displayName'],
      [400, 'E999999', 'PROVIDER_REFUSED', 'patch.displayName'],
    ],
  ],
];

/** The provider says no. */
export const refused: readonly Row[] = [
  ...refusals.flatMap(([directories, some]) =>
    some.map(
      ([status, theirs, ours, path]): Row => ({
        what: `answers ${status} and its code \`${theirs}\``,
        expected: notApplied(ours, path),
        directories,
        ways: {
          so: (provider) => write({ status, body: errorBody(provider.directory, theirs) })(provider),
        },
      }),
    ),
  ),
];
