import SchemaBuilder from '@pothos/core';
import ZodPlugin from '@pothos/plugin-zod';
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

builder.addScalarType('DateTime', DateTimeResolver, {
  description:
    'A date and time in ISO 8601 with a UTC offset, such as 2026-11-22T09:30:00.000Z, to the millisecond.',
});

builder.queryType({ description: 'Reads. A query writes nothing.' });
builder.mutationType({ description: 'Writes. The mutations of one document run one after the other.' });
