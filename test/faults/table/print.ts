import type { DirectoryName } from '../../harness/expected.ts';
import { type Kind, table } from '../table.ts';
import { type Expected, isRetryable, patchPaths, type Row } from './row.ts';

interface Section {
  readonly title: string;
  readonly text: string;
  readonly kinds: readonly Kind[];
  /** What the rows say. Default: what the provider does. */
  readonly what?: string;
}

const whatHappens = 'What happens';
const sections: readonly Section[] = [
  {
    title: 'Not reached',
    text: 'Nothing left, so nothing was written. It is tried again for as long as the call has time.',
    kinds: ['Not reached', 'No connection in time', 'TLS'],
  },
  {
    title: 'Refused',
    text: 'The provider says no in the form and with the code of its own API.',
    kinds: ['Refused'],
  },
  {
    title: 'No answer',
    text: 'The request left, and no answer says what became of it. It is not sent again: the user is read back.',
    kinds: ['No answer', 'Circuit breaker'],
  },
  {
    title: 'Odd answers',
    text: 'The answer has not the form of the provider’s API. It is believed neither way: the user is read back.',
    kinds: ['Odd answers', 'Large answers'],
  },
  {
    title: 'Throttling',
    text: 'The provider asks for fewer requests. It is waited for where the call has time for it.',
    kinds: ['Throttling'],
  },
  {
    title: 'Tokens and clock',
    text: 'Credentials are refreshed or signed anew once; then the provider’s no is the answer.',
    kinds: ['Tokens and clock'],
  },
  {
    title: 'Journal',
    text: 'Where an operation cannot be put on record, nothing is sent.',
    kinds: ['Journal'],
    what: whatHappens,
  },
  {
    title: 'At the same time',
    text: 'Patches of one user wait for each other, those of others do not.',
    kinds: ['At the same time'],
    what: whatHappens,
  },
  { title: 'Process', text: 'idpatch ends while it writes.', kinds: ['Process'], what: whatHappens },
];

const providerNames: Readonly<Record<DirectoryName, string>> = {
  employees: 'EIAM developer API',
  contractors: 'EIAM management API',
  customers: 'Descope',
};

/** docs/outcomes.md. */
export function outcomesMarkdown(): string {
  return `# Every fault and its outcome

What \`patchUser\` answers when a provider, the network or idpatch itself fails. Each row is tested against each
provider that it applies to; this page is printed from the tests’ own table by \`npm run codegen\`.

- **Outcome**: see [README](../README.md). *Retryable* means that the same call may succeed later.
- **Error**: its code, and the path in the input.
- **Writes**: the requests to write that the provider gets. None is ever stored twice.

${sections.map(print).join('\n')}`;
}

function print({ title, text, kinds, what = 'The provider …' }: Section): string {
  const rows = kinds.flatMap((kind): readonly Row[] => table[kind]);
  const head = `| ${what} | outcome | error | writes |\n|---|---|---|--:|\n`;
  return `## ${title}\n\n${text}\n\n${head}${rows.map(printRow).join('')}`;
}

function printRow({ what, ways = {}, directories = [], areExamples, expected, patch }: Row): string {
  const names = Object.keys(ways).filter((name) => name !== 'so');
  const how = names.length === 0 ? '' : `: ${names.map((name) => name || 'an empty text').join('; ')}`;
  const where =
    directories.length === 0 || areExamples
      ? ''
      : ` (${directories.length > 1 ? 'EIAM' : directories.map((name) => providerNames[name]).join()})`;
  const all = allowed(expected);
  const cells = [
    [what + how + where],
    all.map((one) => printOutcome(one)),
    hasOtherPaths(all) ? [`\`${expected.errors[0]?.code}\``] : all.map((one) => printErrors(one, patch)),
    all.map(({ requests }) => String(requests)),
  ];
  return `| ${cells.map((cell) => [...new Set(cell)].join(', or ')).join(' | ')} |\n`;
}

function allowed(expected: Expected): readonly Expected[] {
  return [expected, ...(expected.or ? allowed(expected.or) : [])];
}

/** The same code, at whatever path. */
function hasOtherPaths([first, ...more]: readonly Expected[]): boolean {
  const codesOf = (one?: Expected) => one?.errors.map(({ code }) => code).join();
  return more.length > 0 && more.every((one) => codesOf(one) === codesOf(first));
}

function printOutcome(expected: Expected): string {
  const { outcome, confirmedBy, errors } = expected;
  const by = confirmedBy ? ` (\`${confirmedBy}\`)` : '';
  const retryable = errors.some(({ code }) => isRetryable(expected, code)) ? ', retryable' : '';
  return `\`${outcome}\`${by}${retryable}`;
}

function printErrors({ errors }: Expected, patch: Row['patch'] = 'one field'): string {
  const [first] = errors;
  if (!first) return '–';
  const isOfEach =
    errors.length > 1 &&
    errors.length === patchPaths[patch].length &&
    errors.every(({ code }) => code === first.code);
  if (isOfEach) return `\`${first.code}\` at each field`;
  return errors
    .map(({ code, path, retryAfterSeconds }) => {
      const wait = retryAfterSeconds === undefined ? '' : `, \`retryAfterSeconds\` ${retryAfterSeconds}`;
      return `\`${code}\`${path ? ` at \`${path}\`` : ''}${wait}`;
    })
    .join('; ');
}
