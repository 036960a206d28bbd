import type { Case } from './case.ts';
import { readAndPatch, recover } from './cases-provider.ts';
import { type DirectoryName, directoryNames } from './providers.ts';
import type { World } from './world.ts';

function cut(
  name: string,
  directory: DirectoryName,
  cutting: (world: World) => Promise<void> | void,
  mending: (world: World) => Promise<void> | void,
): Case {
  return {
    name: `${directory}: the connection ${name}`,
    async run(world) {
      await cutting(world);
      try {
        return await readAndPatch(world, directory, name);
      } finally {
        await mending(world);
        await recover(world, directory);
      }
    },
    shows: /PROVIDER_UNAVAILABLE|OUTCOME_UNKNOWN|DEADLINE_EXCEEDED/,
  };
}

/** Connections to providers that fail. */
export const connectionCases: readonly Case[] = directoryNames.flatMap((directory) => {
  const gate = ({ providers }: World) => providers.gates[directory];
  return [
    cut(
      'is refused',
      directory,
      (world) => gate(world).shut(),
      (world) => gate(world).open(),
    ),
    cut(
      'is reset when the request has left',
      directory,
      (world) => gate(world).set('reset'),
      (world) => gate(world).set('pass'),
    ),
    cut(
      'is taken and never answered',
      directory,
      (world) => gate(world).set('hang'),
      (world) => gate(world).set('pass'),
    ),
  ];
});

/** A journal that cannot be used, from `breaking` to `mending`. */
export function journalCase(
  name: string,
  breaking: (world: World) => Promise<void> | void,
  mending: (world: World) => Promise<void> | void,
): Case {
  return {
    name: `the journal ${name}`,
    async run(world) {
      await breaking(world);
      try {
        const answers = [];
        for (const directory of directoryNames) {
          const [patched] = await readAndPatch(world, directory, `journal ${name}`);
          if (patched) answers.push(patched);
        }
        answers.push(await world.ask({ method: 'GET', path: '/ready', token: null }));
        answers.push(
          await world.ask({ body: JSON.stringify({ query: '{ operation(id: "a") { id caller } }' }) }),
        );
        return answers;
      } finally {
        await mending(world);
        for (const directory of directoryNames) await recover(world, directory);
      }
    },
    shows: /JOURNAL_UNAVAILABLE|^503|^200[^{]*$|"operation":null/,
  };
}
