import SchemaBuilder from '@pothos/core';
import ZodPlugin from '@pothos/plugin-zod';
import { GraphQLScalarType } from 'graphql';
import { DateTimeResolver } from 'graphql-scalars';
import type { Context } from '../context.ts';

/** The schema's builder, with the scalars and the root types. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    _Any: { Input: unknown; Output: never };
  };
}>({
  plugins: [ZodPlugin],
  defaultFieldNullability: false,
});

/** The form of a date-time in RFC 3339. */
const dateTimeForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

/** An invalid Date for a text of the form that no calendar has: the input's rules report it with all other errors. */
const orInvalidDate = (text: unknown, parse: () => Date): Date => {
  try {
    return parse();
  } catch (error) {
    if (typeof text === 'string' && dateTimeForm.test(text)) return new Date(Number.NaN);
    throw error;
  }
};

const DateTime = new GraphQLScalarType({
  ...DateTimeResolver.toConfig(),
  parseValue: (value) => orInvalidDate(value, () => DateTimeResolver.parseValue(value)),
  parseLiteral: (node, variables) =>
    orInvalidDate('value' in node && node.value, () => DateTimeResolver.parseLiteral(node, variables)),
});

builder.addScalarType('DateTime', DateTime, {
  description:
    'A date and time in ISO 8601 with a UTC offset, such as 2026-11-22T09:30:00.000Z, to the millisecond.',
});

builder.queryType({ description: 'Reads. A query writes nothing.' });
builder.mutationType({ description: 'Writes. The mutations of one document run one after the other.' });
