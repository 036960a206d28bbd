import type { DirectoryName } from '../../harness/expected.ts';
import { table } from '../table.ts';
import { allowed, type Expected, isRetryable, patchPaths, type Row } from './row.ts';

const providers: Readonly<Record<DirectoryName, string>> = {
  employees: 'EIAM developer API',
  contractors: 'EIAM management API',
  customers: 'Descope',
};

/** docs/outcomes.md. */
export function outcomesMarkdown(): string {
  const sections = Object.entries(table).map(([title, { about, rows, ...more }]) => {
    const what = 'isOfMachine' in more ? 'What happens' : 'The provider …';
    const head = `| ${what} | outcome | error | writes |\n|---|---|---|--:|\n`;
    return `## ${title}\n\n${about}\n\n${head}${rows.map(printRow).join('')}`;
  });
  return `# Every fault and its outcome

What \`patchUser\` answers when a provider, the network or idpatch itself fails. Each row is tested against each
provider that it applies to; this page is printed from the tests’ own table by \`npm run codegen\`.

- **Outcome**: see [README](../README.md). *Retryable* means that the same call may succeed later.
- **Error**: its code, and the path in the input.
- **Writes**: the requests to write that the provider gets. No change is ever stored twice.

${sections.join('\n')}`;
}

function printRow({ what, ways, directories = [], areExamples, expected, patch }: Row): string {
  const names = Object.keys(ways).filter((name) => name !== '');
  const how = names.length > 0 ? `: ${names.join('; ')}` : '';
  const some = directories.length > 1 ? 'EIAM' : directories.map((name) => providers[name]).join();
  const all = allowed(expected);
  const codes = new Set(all.map(({ errors }) => errors.map(({ code }) => code).join()));
  const cells = [
    [what + how + (some && !areExamples ? ` (${some})` : '')],
    all.map(printOutcome),
    // The same code at another path is no other answer.
    all.slice(0, codes.size === 1 ? 1 : undefined).map((one) => printErrors(one, patch)),
    all.map(({ requests }) => String(requests)),
  ];
  return `| ${cells.map((cell) => [...new Set(cell)].join(', or ')).join(' | ')} |\n`;
}

function printOutcome(expected: Expected): string {
  const { outcome, confirmedBy, errors } = expected;
  const by = confirmedBy ? ` (\`${confirmedBy}\`)` : '';
  const retryable = errors.some(({ code }) => isRetryable(expected, code)) ? ', retryable' : '';
  return `\`${outcome}\`${by}${retryable}`;
}

function printErrors({ errors }: Expected, patch: Row['patch'] = 'one field'): string {
  const [first, ...more] = errors;
  if (!first) return '–';
  if (
    errors.length === patchPaths[patch].length &&
    more.length > 0 &&
    more.every(({ code }) => code === first.code)
  )
    return `\`${first.code}\` at each field`;
  const printed = errors.map(({ code, path, retryAfterSeconds: wait }) => {
    const seconds = wait === undefined ? '' : `, \`retryAfterSeconds\` ${wait}`;
    return `\`${code}\`${path ? ` at \`${path}\`` : ''}${seconds}`;
  });
  return printed.join('; ');
}
