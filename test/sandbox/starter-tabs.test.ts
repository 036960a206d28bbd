import { parse, valueFromASTUntyped, visit } from 'graphql';
import { expect, it } from 'vitest';
import { starterTabs } from '../../src/sandbox/welcome.ts';
import { written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

it('every tab that GraphiQL opens with does what its comment says', async () => {
  const door = await openFrontDoor();
  const outcomes: unknown[] = [];
  for (const query of starterTabs(door.sandbox)) {
    const before = written(door).length;
    const { data, errors } = await door.graphql(query);
    expect(errors).toBeUndefined();
    const { user, patchUser } = data as Record<string, Record<string, unknown> | undefined>;
    const writes = written(door).length - before;
    outcomes.push([/^# (\w+ \w+ \w+)/.exec(query)?.[1], user?.displayName ?? patchUser?.outcome, writes]);
    if (patchUser) {
      const { outcome, errors: told } = patchUser as {
        outcome: string;
        errors: readonly { message: string; path: string[] }[];
      };
      expect(told.map(({ path }) => path.join('.'))).toEqual(outcome === 'APPLIED' ? [] : everythingWrong);
    }
  }
  expect(outcomes).toEqual([
    ['Read a user', 'Ada Okafor', 0],
    ['Patch a customer', 'APPLIED', 1],
    ['Patch an employee', 'APPLIED', 1],
    ['Patch a contractor', 'APPLIED', 2],
    ['A patch that', 'NOT_APPLIED', 0],
  ]);
  await door.close();
});

const everythingWrong = [
  'patch.displayName',
  'patch.email.address',
  'patch.givenName',
  'patch.customFields.0.replace.value',
  'patch.customFields.1.replace.field',
];

it('the patches of the tabs use every operation on custom fields, and no variable: GraphiQL shows none', async () => {
  const door = await openFrontDoor();
  const patches = starterTabs(door.sandbox).filter((query) =>
    /Patch an? (customer|employee|contractor)/.test(query),
  );
  expect(patches).toHaveLength(3);
  for (const query of patches) {
    const inputs: unknown[] = [];
    visit(parse(query), {
      VariableDefinition: () => expect.unreachable('A tab has a variable.'),
      Argument: ({ value }) => void inputs.push(valueFromASTUntyped(value)),
    });
    expect(inputs).toHaveLength(1);
    const [input] = inputs as readonly { patch: { customFields: readonly object[] } }[];
    expect(input?.patch.customFields.flatMap((operation) => Object.keys(operation)).toSorted()).toEqual([
      'add',
      'remove',
      'replace',
    ]);
  }
  await door.close();
});
