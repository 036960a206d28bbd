import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import type { Sandbox, SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { Secret } from '../../src/settings/secret.ts';
import { Canaries } from './canaries.ts';
import { type Exchange, readExchanges } from './exchanges.ts';

/** Finds secrets and personal data where they must not be, as long as a front door is open. */
export interface LeakWatch {
  /** Reads what the server at this address gets and answers, from now on. */
  watch(url: string | undefined): void;
  /** Stops, and throws if anything came out since it began. */
  close(run: { readonly log: readonly string[]; readonly metrics: string }): void;
}

const withoutUsers = (name: string, value: unknown) => (name === 'users' ? undefined : value);
/** What our own messages and headers have in common with a call: words, and names and choices of fields. */
const common =
  `name@example.com /graphql application/json 100-continue keep-alive anonymous localhost 127.0.0.1
  __typename operationName variables extensions query mutation subscription fragment directive
  @include @skip @deprecated @specifiedBy @oneOf fragment
  ${readFileSync(resolve(import.meta.dirname, '../../schema.graphql'), 'utf8')}
  ${JSON.stringify([employees, contractors, customers], withoutUsers)}`.toLowerCase();
/** Headers of a call that are no data. */
const plainHeaders =
  /^(host|origin|user-agent|connection|keep-alive|transfer-encoding|trailer|pragma|cache-control)$|^(accept|content|if|sec|access-control)\b/;
/** Members of a log line that a caller may name, or that are numbers. */
const plainLogMembers = /"(operationId":"[^"]*"|durationMs":\d+)/g;
/** Members that are no data: a version, and what of a provider's answer may be passed on. */
const plainMembers = /^(ifVersion|requestid|request_id|code|error|errorcode)$/i;
/** Characters of an answer above which it is GraphiQL's page. */
const longest = 1024 * 1024;

/** Those who add every secret that is sent or signed with in this process. */
const watching = new Set<Canaries>();
const { reveal } = Secret.prototype;
Secret.prototype.reveal = function () {
  const secret = reveal.call(this);
  for (const canaries of watching) canaries.addSecret(secret);
  return secret;
};

/**
 * Watches a service in front of these emulators. The canaries are what a test uses anyway: every secret, the tokens,
 * everything in a call, in a request to a provider, in its answer, and in its users.
 */
export function watchForLeaks({ emulators, config }: Sandbox, changes: SandboxChanges): LeakWatch {
  const canaries = new Canaries();
  const set = () => new Set<string>();
  const out = { data: set(), errors: set(), URLs: set(), traces: set() };
  const texts = set();
  /** Most calls of a test have the same token, document and answers. */
  const isNew = (text: string) => texts.size < texts.add(text).size;
  /** Values that may be in some of the places. */
  const [callers, ids, logins] = [set(), set(), set()];

  /** Adds each text and number in a JSON value; of a document those in quotes. */
  function add(value: unknown): void {
    for (const [name, text] of leavesOf(value)) {
      if (name === 'query')
        for (const [, field = '', literal = ''] of text.matchAll(/(?:(\w+)\s*:\s*)?"((?:[^"\\]|\\.)*)"/g))
          add({ [field]: literal });
      else if (!plainMembers.test(name)) canaries.add(text);
      if (/^(user)?ids?$|^idempotencyKey$/i.test(name)) ids.add(text);
      if (name === 'login') logins.add(text);
    }
  }

  function addToken(token: string): void {
    const [, payload = '', signature = ''] = token.split('.');
    canaries.addSecret(signature);
    const { iss, sub, aud, scope, ...claims } = Object(jsonOf(Buffer.from(payload, 'base64').toString()));
    callers.add(`${iss} ${sub}`);
    add(signature ? claims : token);
  }

  function readCall({ url = '', headers, body, answerHead, answer }: Exchange): void {
    const { authorization = '', ...others } = headers;
    if (isNew(authorization)) addToken(authorization.replace(/^\S+\s+/, ''));
    for (const [name, value] of Object.entries(others)) if (!plainHeaders.test(name)) add(value);
    if (isNew(url)) {
      const { pathname = '', searchParams = [] } = URL.parse(url, 'http://localhost') ?? {};
      const parameters = Object.fromEntries(searchParams);
      add([pathname.split('/'), { ...parameters, variables: jsonOf(parameters.variables ?? '') ?? null }]);
    }
    // A message may quote a part of what it cannot read.
    if (isNew(body)) add(jsonOf(body) ?? body.match(/[\p{L}\p{N}@._-]{8,}/gu));
    out.errors.add(answerHead);
    if (answer.length > longest || !isNew(answer)) return;
    out.data.add(answer);
    if (answer.startsWith('{"data":') && !answer.includes('"errors":[{')) return;
    try {
      JSON.parse(answer, (name, member) => {
        if (name === 'errors') out.errors.add(JSON.stringify(member));
        return member;
      });
    } catch {
      out.errors.add(answer);
    }
  }

  function readProviderCall({ url = '', headers, body, answer }: Exchange): void {
    const [, token, signature] = /^Bearer ([^:\s]+)$|Signature=(\w+)/.exec(headers.authorization ?? '') ?? [];
    canaries.addSecret(token ?? signature ?? '');
    // EIAM's management API takes its parameters in the query.
    // Descope takes a login in the query.
    (headers['x-acs-action'] ? out.data : out.URLs).add(url.replace(/([?&]loginId=)[^&]*/, '$1'));
    if (isNew(body)) add(jsonOf(body) ?? Object.fromEntries(new URLSearchParams(body)));
    if (isNew(answer)) add(jsonOf(answer) ?? answer);
  }

  const readers = new Map<number, (exchange: Exchange) => void>();
  for (const { url, users } of Object.values(emulators)) {
    readers.set(portOf(url), readProviderCall);
    for (const [id, user] of users()) add({ id, user });
  }
  if (config.traces) readers.set(portOf(config.traces.otlp), ({ body }) => out.traces.add(body));
  const stop = readExchanges((port, exchange) => readers.get(port)?.(exchange));
  watching.add(canaries);

  return {
    watch(url) {
      if (url !== undefined) readers.set(portOf(url), readCall);
    },
    close({ log, metrics }) {
      stop();
      watching.delete(canaries);
      const own = JSON.stringify([Object.keys(config.directories), changes], withoutUsers);
      const search = (place: string, texts: Iterable<string>, ...allowed: readonly Iterable<string>[]) => {
        const permitted = [own, ...allowed.map((some) => [...some].join('\n'))].join('\n').toLowerCase();
        const isAllowed = (canary: string) => common.includes(canary) || permitted.includes(canary);
        return canaries.find([...texts].join('\n'), isAllowed).map((finding) => `${place}: ${finding}`);
      };
      const found = [
        ...search('log', [log.join('').replace(plainLogMembers, '')], callers),
        ...search('metrics', [metrics.replace(/ \S+$/gm, '')]),
        ...search('errors', out.errors),
        ...search('URLs', out.URLs, ids, logins),
        ...search('traces', out.traces),
        ...search('journal', filesOf(config.journal), callers, ids),
        ...canaries.find([...out.data].join('\n'), () => true).map((secret) => `data: ${secret}`),
      ];
      if (found.length > 0) throw new Error(`Found where it must not be:\n${found.join('\n')}`);
    },
  };
}

/** The texts of a journal's files, if it has any. */
function filesOf(journal: Sandbox['config']['journal']): readonly string[] {
  if (!journal || !('sqlite' in journal)) return [];
  const files = [journal.sqlite, `${journal.sqlite}-wal`];
  return files
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
    .map((file) => readFileSync(file, 'utf8'));
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** Parses JSON; undefined for any other text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every value in a JSON value that is not an object or a list, with the name that it stands under. */
function* leavesOf(value: unknown): Generator<readonly [name: string, text: string]> {
  // Not recursive: tests send values that are nested a thousand times.
  const rest: [string, unknown][] = [['', value]];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [name, one] = next;
    if (typeof one !== 'object' || one === null) yield [name, String(one)];
    else
      for (const [key, member] of Object.entries(one)) rest.push([Array.isArray(one) ? name : key, member]);
  }
}
