import { setTimeout as delay } from 'node:timers/promises';
import { answerOnce } from '../answer-once.ts';
import { headersOf, type IdpatchSettings, patchesOf, startIdpatch } from '../contenders/idpatch.ts';
import { usualConnections } from '../measure.ts';
import { ask } from '../processes.ts';
import { runLoad } from '../run-load.ts';
import { mebibytes, table } from '../table.ts';
import { type Part, said } from './section.ts';

interface Memory {
  /** As it is, in RAM. */
  readonly before: number;
  /** After everything dead was collected. */
  readonly rss: number;
  readonly heapUsed: number;
}

const settings: IdpatchSettings = { provider: 'descope', token: true };

/** Users of each connection: many, so that what is kept for each user would show. */
const usersPerConnection = 500;

/** By how much the memory after the last load may differ from that after the first. */
const tolerance = 0.2;

/** Milliseconds of rest before memory is looked at. */
const restMs = 2_000;

/** What idpatch has in RAM at rest, after 10,000 requests, and with `million` after as many. */
export function memory(million: boolean): Part {
  const loads = [0, 10_000, ...(million ? [1_000_000] : [])];
  return {
    names: ['memory'],
    async run(bench, { tell }) {
      const scene = await bench.openScene();
      const preload = new URL('../probe.ts', import.meta.url).href;
      const server = await startIdpatch(settings, scene, ['--expose-gc', '--import', preload]);
      const headers = headersOf(settings, scene.token);
      const work = patchesOf(settings, usualConnections, usersPerConnection);
      const found: Memory[] = [];
      try {
        const [[exchange] = []] = work;
        if (exchange) await answerOnce(`${server.url}/graphql`, headers, exchange);
        let done = 0;
        for (const requests of loads) {
          const load = { url: server.url, path: '/graphql', headers, work };
          if (requests > done) await runLoad(bench.generator, { ...load, requests: requests - done });
          done = requests;
          await delay(restMs);
          found.push(await ask<Memory>(server, {}));
          tell(`after ${requests} requests: ${mebibytes(found.at(-1)?.before ?? 0)} MiB`);
        }
      } catch (error) {
        return { title: 'Memory', text: '', failures: [`memory: ${said(error)}`] };
      } finally {
        await server.stop();
        await scene.close();
      }
      const rows = found.map(({ before, rss, heapUsed }, index) => [
        `after ${loads[index]?.toLocaleString('en')} requests`,
        ...[before, rss, heapUsed].map(mebibytes),
      ]);
      const growth = million ? growthOf(found) : undefined;
      return {
        title: `Memory of idpatch, Descope, token, ${usualConnections * usersPerConnection} users`,
        text:
          table(['', 'RSS MiB', 'RSS MiB, collected', 'heap MiB, collected'], rows) +
          `\n\n${growth?.text ?? 'A million requests take --memory or --full.'}`,
        failures: growth?.text && !growth.within ? [`memory: ${growth.text}`] : [],
      };
    },
  };
}

function growthOf([, first, last]: readonly Memory[]): { readonly within: boolean; readonly text: string } {
  if (!first || !last) return { within: false, text: 'It was not measured to the end.' };
  const [resident, heap] = [last.rss / first.rss - 1, last.heapUsed / first.heapUsed - 1];
  const percent = (share: number) => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(0)} %`;
  const within = Math.max(resident, heap) <= tolerance;
  return {
    within,
    text:
      `After a million requests against ten thousand: RSS as it is ${percent(last.before / first.before - 1)}, ` +
      `collected ${percent(resident)}, heap ${percent(heap)}: ${within ? 'within' : 'NOT WITHIN'} 20 %.`,
  };
}
