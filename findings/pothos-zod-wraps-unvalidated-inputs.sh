#!/usr/bin/env bash
# Question: what does @pothos/plugin-zod do to a field that has no `validate` anywhere?
# Usual guess: nothing. Its documentation describes `validate` options, and a field without any is left alone.
# What happens: any argument whose type is an input object gets a validator of its own, and the field's resolver becomes
#   asynchronous: a schema that could be executed synchronously no longer can be. An argument of a scalar type is left
#   alone. Seen with @pothos/plugin-zod 4.3.2, @pothos/core 4.15.1, graphql 16.15.0, zod 4.6.7.
# Who is hurt: whoever loads the plugin for one mutation: every resolver with an input object runs some microtasks later,
#   so loads for DataLoader begin in another order, synchronous tests fail, and each call pays for a copy of its input.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @pothos/core@4.15.1 @pothos/plugin-zod@4.3.2 graphql@16.15.0 zod@4.6.7
cat >try.mjs <<'JS'
import SchemaBuilder from '@pothos/core';
import ZodPlugin from '@pothos/plugin-zod';
import { execute, parse } from 'graphql';

function resultOf(plugins, argument) {
  const builder = new SchemaBuilder({ plugins });
  const Point = builder.inputType('Point', { fields: (t) => ({ x: t.int() }) });
  builder.queryType({
    fields: (t) => ({
      double: t.int({
        args: { point: t.arg({ type: Point }), x: t.arg.int() },
        resolve: (_root, { point, x }) => 2 * (point?.x ?? x ?? 0),
      }),
    }),
  });
  // With the input object among the arguments, or with a scalar alone.
  const other = new SchemaBuilder({ plugins });
  other.queryType({
    fields: (t) => ({
      double: t.int({ args: { x: t.arg.int() }, resolve: (_root, { x }) => 2 * (x ?? 0) }),
    }),
  });
  const schema = (argument === 'input object' ? builder : other).toSchema();
  const given = argument === 'input object' ? 'point: { x: 21 }' : 'x: 21';
  const result = execute({ schema, document: parse(`{ double(${given}) }`) });
  return result instanceof Promise ? 'a promise' : `at once: ${result.data.double}`;
}

for (const argument of ['input object', 'scalar'])
  for (const [name, plugins] of [['without the plugin', []], ['with the plugin', [ZodPlugin]]])
    console.log(`${argument}, ${name}: ${resultOf(plugins, argument)}`);
JS
seen=$(node try.mjs)
echo "@pothos/plugin-zod 4.3.2, @pothos/core 4.15.1, graphql 16.15.0, zod 4.6.7; no field has validate"
echo "$seen"
expected='input object, without the plugin: at once: 42
input object, with the plugin: a promise
scalar, without the plugin: at once: 42
scalar, with the plugin: at once: 42'
if [ "$seen" != "$expected" ]; then
  echo "The behaviour has changed." >&2
  exit 1
fi
# Seen on 2026-11-30:
# input object, without the plugin: at once: 42
# input object, with the plugin: a promise
# scalar, without the plugin: at once: 42
# scalar, with the plugin: at once: 42
