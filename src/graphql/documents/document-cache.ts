import type { DocumentNode, GraphQLError } from 'graphql';
import { createLRUCache } from 'graphql-yoga';
import type { OperationPlugin } from '../operation-plugin.ts';

/** Documents that are kept, and characters of the longest of them. Our own choices. */
const [maxDocuments, maxLength] = [200, 20_000];

const noErrors: readonly GraphQLError[] = [];

/** Parsed documents that are valid. An invalid document never takes the place of a valid one. */
export interface DocumentCache {
  /** In place of Yoga's own cache, which keeps invalid documents, too. */
  readonly plugin: OperationPlugin;
  /** The valid document of this text, if it is kept. */
  findValid(text: string): DocumentNode | undefined;
}

/** Makes an empty cache. */
export function createDocumentCache(): DocumentCache {
  const documents = createLRUCache<DocumentNode>({ max: maxDocuments });
  const valid = new WeakSet<DocumentNode>();
  const notYetValidated = new WeakMap<DocumentNode, string>();
  return {
    plugin: {
      onParse({ params: { source }, setParsedDocument }) {
        const text = source.toString();
        const document = documents.get(text);
        if (document) return setParsedDocument(document);
        return ({ result }) => {
          if (result && !(result instanceof Error) && text.length <= maxLength)
            notYetValidated.set(result, text);
        };
      },
      onValidate({ params: { documentAST }, setResult }) {
        if (valid.has(documentAST)) return setResult(noErrors);
        return (outcome) => {
          const text = notYetValidated.get(documentAST);
          if (text === undefined || !outcome.valid) return;
          valid.add(documentAST);
          documents.set(text, documentAST);
        };
      },
    },
    findValid: (text) => documents.get(text),
  };
}
