import type { GraphQLField, ValueNode, VariableDefinitionNode } from 'graphql';

/**
 * What a field costs beside its selection, in points: one field of one user is a point, and takes about a microsecond.
 * The weights of the others are measured, and rounded up.
 */
export interface FieldCost {
  /** For each call of the field; of a list that an argument makes, for each of its items. */
  readonly points?: number;
  /** The list among its arguments whose items its answer has. */
  readonly argument?: string;
  /** Items of its answer where nothing of the request says how many. */
  readonly assumedItems?: number;
}

/** As `extensions` of a field of the schema. */
export function costs(cost: FieldCost): { readonly extensions: { readonly cost: FieldCost } } {
  return { extensions: { cost } };
}

export function fieldCost(field: GraphQLField<unknown, unknown> | undefined): FieldCost {
  return (field?.extensions.cost as FieldCost | undefined) ?? {};
}

/** What a selection costs: fixed points, and points for each item of the list in a variable. */
export interface Cost {
  readonly points: number;
  readonly perItem: ReadonlyMap<string, number>;
}

const noItems: ReadonlyMap<string, number> = new Map();
export const free: Cost = { points: 0, perItem: noItems };

export const fixed = (points: number): Cost => ({ points, perItem: noItems });

export function sum(one: Cost, other: Cost): Cost {
  const points = one.points + other.points;
  if (other.perItem.size === 0) return { points, perItem: one.perItem };
  const perItem = new Map(one.perItem);
  for (const [variable, each] of other.perItem) perItem.set(variable, (perItem.get(variable) ?? 0) + each);
  return { points, perItem };
}

export function times({ points, perItem }: Cost, factor: number): Cost {
  if (perItem.size === 0 || factor === 1) return { points: points * factor, perItem };
  return {
    points: points * factor,
    perItem: new Map([...perItem].map(([variable, each]) => [variable, each * factor])),
  };
}

/** As often as the list of an argument has items, of which one costs `each`. Only lists of root fields have an argument. */
export function perItemOf(list: ValueNode | undefined, each: number): Cost {
  if (list?.kind === 'Variable') return { points: 0, perItem: new Map([[list.name.value, each]]) };
  return fixed(each * itemsOf(list));
}

/** A single value is a list of one, as in graphql-js. */
function itemsOf(list: ValueNode | undefined): number {
  return list?.kind === 'ListValue' ? list.values.length : 1;
}

/** The points of an operation with these variables. */
export function pointsOf(
  { points, perItem }: Cost,
  variables: Readonly<Record<string, unknown>>,
  definitions: readonly VariableDefinitionNode[] = [],
): number {
  let total = points;
  for (const [name, each] of perItem) {
    const value = variables[name];
    if (Array.isArray(value)) total += each * value.length;
    else if (value !== undefined) total += each;
    else
      total += each * itemsOf(definitions.find(({ variable }) => variable.name.value === name)?.defaultValue);
  }
  return total;
}
