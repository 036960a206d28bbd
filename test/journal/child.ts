import { createInterface } from 'node:readline';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';

// A process that does with a journal what each line of its input says: a method's name and arguments, as JSON.
const journal = createSqliteJournal(process.argv[2] ?? '');

for await (const line of createInterface({ input: process.stdin })) {
  const [method, ...values] = JSON.parse(line);
  const call = journal[method as keyof typeof journal] as (...values: unknown[]) => Promise<unknown>;
  try {
    console.log(JSON.stringify({ value: (await call(...values)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: error instanceof Error ? error.name : 'unknown' }));
  }
}
await journal.close();
