import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A journal of the test's own, so that keys count; it is gone when the test is over. */
export function freshJournal(): { readonly journal: { readonly sqlite: string } } {
  const folder = mkdtempSync(join(tmpdir(), 'idpatch-clients-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { journal: { sqlite: join(folder, 'idpatch.db') } };
}
