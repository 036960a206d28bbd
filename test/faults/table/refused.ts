import type { PatchErrorCode } from '../../../src/domain/errors.ts';
import type { DirectoryName } from '../../harness/expected.ts';
import { errorBody, notApplied, type Row, row, write } from './row.ts';

type Refusal = readonly [
  directories: string,
  status: number,
  theirs: string,
  ours: PatchErrorCode,
  path: string,
];

/** What each provider documents, and what it means here. */
// biome-ignore format: a table
const refusals: readonly Refusal[] = [
  ['employees contractors', 400, 'InvalidParameter.DisplayName', 'INVALID_INPUT', 'patch.displayName'],
  ['employees contractors', 404, 'ResourceNotFound.User', 'USER_NOT_FOUND', 'user.id'],
  ['employees contractors', 409, 'ResourceDuplicated.DisplayName', 'CONFLICT', 'patch.displayName'],
  ['employees contractors', 200, 'ResourceDuplicated.DisplayName', 'CONFLICT', 'patch.displayName'],
  ['employees', 403, 'ResourceDuplicated.DisplayName', 'CONFLICT', 'patch.displayName'],
  ['employees', 403, 'permission_denied', 'PROVIDER_REFUSED', 'patch'],
  ['contractors', 403, 'Forbidden.RAM', 'PROVIDER_REFUSED', 'patch'],
  ['customers', 400, 'E011001', 'INVALID_INPUT', 'patch.displayName'],
  ['customers', 400, 'E112102', 'USER_NOT_FOUND', 'user.id'],
  ['customers', 404, 'E112102', 'USER_NOT_FOUND', 'user.id'],
  ['customers', 409, 'E062107', 'CONFLICT', 'patch.displayName'],
  ['customers', 200, 'E062107', 'CONFLICT', 'patch.displayName'],
  ['customers', 403, 'E999999', 'PROVIDER_AUTH', 'patch.displayName'],
  ['customers', 400, 'E999999', 'PROVIDER_REFUSED', 'patch.displayName'],
];

/** The provider says no. */
export const refused: readonly Row[] = refusals.map(([directories, status, theirs, ours, path]) =>
  row(
    `answers ${status} and its code \`${theirs}\``,
    notApplied(ours, path),
    (provider) => write({ status, body: errorBody(provider.directory, theirs) })(provider),
    { directories: directories.split(' ') as DirectoryName[] },
  ),
);
