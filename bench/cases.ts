import { bareYoga, type Contender, passThrough } from './contenders/contender.ts';
import { hive } from './contenders/hive.ts';
import { idpatch, type Settings } from './contenders/idpatch.ts';
import { tailcall } from './contenders/tailcall.ts';
import { patchUsersOf, usersOf } from './many.ts';
import type { Plan } from './measure.ts';

/** One row of a table: what is measured, and how. */
export interface Case {
  readonly group: Group;
  readonly name: string;
  readonly contender: Contender;
  /** The same at another commit, which is measured in turns with it. */
  readonly other?: Contender;
  readonly plan?: Partial<Plan>;
}

/** The groups of rows, with their titles. */
export const groups = {
  contenders: 'One patch of one user',
  many: 'Many users in one request; CPU is for one user',
  directories: 'Growth by directories, the users spread over all of them',
  fields: 'Growth by custom fields in a patch and its answer',
  connections: 'Growth by connections',
  memory: 'Memory: 8,000 users patched in turns',
} as const;

export type Group = keyof typeof groups;

/** What is measured only on request, since it is installed first. */
export const onRequest = { hive, tailcall };

/** Everything that can be measured; `against`: where idpatch at another commit is. */
export function casesOf(also: readonly string[], requests: number, against?: string): readonly Case[] {
  const ours = (
    group: Group,
    name: string,
    settings: Settings,
    plan: Partial<Plan>,
    vary = (contender: Contender) => contender,
  ): Case => ({
    ...{ group, name, plan, contender: vary(idpatch(settings)) },
    ...(against === undefined ? {} : { other: vary(idpatch(settings, against)) }),
  });
  const steady = { steady: true };
  const beside = (name: string, contender: Contender): Case => ({
    ...{ group: 'contenders', name, contender, plan: steady },
  });
  const one = (name: string, settings: Settings, plan: Partial<Plan> = steady) =>
    ours('contenders', `idpatch, ${name}`, settings, plan);
  const descope = { provider: 'descope' } as const;
  // Requests about so many users come from few connections.
  const few = { connections: 4 };
  const asked = Object.entries(onRequest).filter(([name]) => also.includes(name));
  const counts = [1, 10, 100];
  const ofManyUsers = { ...descope, token: true, usersPerConnection: 500 };
  return [
    beside('pass-through', passThrough),
    ...asked.map(([, { title, contender }]) => beside(title, contender)),
    beside('bare Yoga', bareYoga),
    one('Descope', descope),
    one('Descope, token', { ...descope, token: true }),
    one('Descope, sqlite', { ...descope, journal: 'sqlite' }),
    one('Descope, PostgreSQL', { ...descope, journal: 'postgres' }),
    one('Descope, PostgreSQL, 64 connections', { ...descope, journal: 'postgres' }, { connections: 64 }),
    one('EIAM developer', { provider: 'eiam-developer' }),
    one('EIAM management', { provider: 'eiam-management' }),
    ours('many', 'users of 1,000 ids', descope, few, usersOf),
    ours('many', 'patchUsers of 100, Descope', descope, few, patchUsersOf),
    ours('many', 'patchUsers of 100, Descope, sqlite', { ...descope, journal: 'sqlite' }, few, patchUsersOf),
    ours('many', 'patchUsers of 100, EIAM developer', { provider: 'eiam-developer' }, few, patchUsersOf),
    ...counts.map((count) =>
      ours('directories', `${count} directories`, { ...descope, directories: count }, {}),
    ),
    ...counts.map((count) => ours('fields', `${count} custom fields`, { ...descope, fields: count }, {})),
    ...counts.map((count) => ours('connections', `${count} connections`, descope, { connections: count })),
    ours('memory', `${requests.toLocaleString('en')} requests`, ofManyUsers, { requests }),
  ];
}
