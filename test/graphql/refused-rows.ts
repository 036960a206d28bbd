import {
  type DirectoryName,
  directoryNames,
  type ExpectedError,
  invalidInput,
  unsupported,
} from '../harness/expected.ts';

/** A patch that is refused, and each problem as `path below the patch → message`; `where`: left out: everywhere. */
export type RefusedRow = readonly [
  what: string,
  patch: object,
  problems: readonly string[],
  where?: readonly DirectoryName[],
];

const eiamFields = 'nick_name, age, vip, grade';

/** What %s, %f and %g in a message stand for: the directory, its custom fields, and the choices of its `grade`. */
const words: Readonly<Record<DirectoryName, readonly [fields: string, grades: string]>> = {
  employees: [eiamFields, 'p5, p6, p7, p8'],
  contractors: [eiamFields, 'junior, senior, lead'],
  customers: ['plan, age, newsletter, nick, tags, birthday', ''],
};

/** What is said of a field that the directory does not have, or cannot change so. Anything else is invalid input. */
const unsupportedMessage = /^The directory "\w+" (has no \w+ to set|cannot clear)|^Only a list has values/;

/** The errors of these problems, in this directory. */
export function errorsOf(directory: DirectoryName, problems: readonly string[]): readonly ExpectedError[] {
  const [fields, grades] = words[directory];
  return problems.map((problem) => {
    const [path = '', template = ''] = problem.split(/ ?→ /);
    const message = template.replace('%s', directory).replace('%f', fields).replace('%g', grades);
    const error = unsupportedMessage.test(message) ? unsupported : invalidInput;
    return error(message, 'patch', ...path.split('.').filter(Boolean));
  });
}

/** The rows of one directory, for `it.each`. */
export const rowsOf = (rows: readonly RefusedRow[], directory: DirectoryName) =>
  rows
    .filter(([, , , where = directoryNames]) => where.includes(directory))
    .map(([what, patch, problems]) => ({ what, patch, errors: errorsOf(directory, problems) }));
