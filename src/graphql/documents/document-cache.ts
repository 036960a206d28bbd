import type { DocumentNode } from 'graphql';
import { createLRUCache, type YogaServerOptions } from 'graphql-yoga';
import type { OperationPlugin } from '../fast-path.ts';

/** Documents that are kept, and characters of the longest of them. Our own choices. */
const [maxDocuments, maxLength] = [200, 20_000];

/** Parsed documents that are valid. An invalid document never takes the place of a valid one. */
export interface DocumentCache {
  /** What Yoga keeps parsed documents in. */
  readonly documents: Exclude<
    YogaServerOptions<object, object>['parserAndValidationCache'],
    boolean | undefined
  >;
  /** Tells the cache which documents are valid. */
  readonly plugin: OperationPlugin;
  /** The valid document of this text, if it is kept. */
  findValid(text: string): DocumentNode | undefined;
}

/** Makes an empty cache. */
export function createDocumentCache(): DocumentCache {
  const valid = createLRUCache<DocumentNode>({ max: maxDocuments });
  const notYetValidated = new WeakMap<DocumentNode, string>();
  return {
    documents: {
      documentCache: {
        get: (text) => valid.get(text),
        set: (text, document) => {
          if (text.length <= maxLength) notYetValidated.set(document, text);
        },
      },
      errorCache: { get: () => undefined, set: () => {} },
    },
    plugin: {
      onValidate:
        ({ params: { documentAST } }) =>
        (outcome) => {
          const text = notYetValidated.get(documentAST);
          if (text !== undefined && outcome.valid) valid.set(text, documentAST);
          notYetValidated.delete(documentAST);
        },
    },
    findValid: (text) => valid.get(text),
  };
}
