/** The name of a custom field, counted from 1. */
export const fieldName = (number: number) => `plan_${number}`;

/** The names of the first custom fields. */
export const fieldNames = (count: number) =>
  Array.from({ length: count }, (_, index) => fieldName(index + 1));

/** How many custom fields the upstream knows, each a text. */
export const knownFields = 100;
