/** Shorter texts, and those of fewer different characters, stand in too many places. */
const shortest = 8;
const fewestCharacters = 5;

/** Texts that must not come out: secrets nowhere, other values only where they are allowed. */
export class Canaries {
  /** Each in lower case, and whether it is a secret. */
  readonly #all = new Map<string, boolean>();
  readonly #byStart = new Map<string, string[]>();
  /** 1 where one begins with characters of this hash: most of a text is not looked up. */
  readonly #hashes = new Uint8Array(65_536);

  /** Adds a secret, of which each part is one too. */
  addSecret(text: string): void {
    const parts = text.length > 24 ? [...(text.match(/.{12}/gs) ?? []), text.slice(-12)] : [text];
    for (const part of parts) this.#add(part, true);
  }

  /** Adds another value, which may be cut off where it comes out. */
  add(text: string): void {
    this.#add(text.slice(0, 24), false);
  }

  #add(text: string, isSecret: boolean): void {
    const canary = text.toLowerCase();
    const known = this.#all.get(canary);
    if (known || known === isSecret || canary.length < shortest) return;
    if (new Set(canary).size < fewestCharacters) return;
    this.#all.set(canary, isSecret);
    if (known !== undefined) return;
    const start = canary.slice(0, shortest);
    this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), canary]);
    this.#hashes[hashAt(canary, 0)] = 1;
  }

  /**
   * Finds them as they are, in either case, as JSON and URLs escape them, and in base64: the secrets, and the other
   * values, in lower case, that are not allowed.
   */
  find(text: string, isAllowed: (canary: string) => boolean = () => false): readonly string[] {
    const seen = new Set<string>();
    const findings: string[] = [];
    for (const [form, reading] of readingsOf(text)) {
      const folded = reading.toLowerCase();
      for (let at = 0; at + shortest <= folded.length; at += 1) {
        if (this.#hashes[hashAt(folded, at)] === 0) continue;
        for (const canary of this.#byStart.get(folded.slice(at, at + shortest)) ?? []) {
          if (seen.has(canary) || !isAt(folded, canary, at)) continue;
          seen.add(canary);
          if (this.#all.get(canary) || !isAllowed(canary)) findings.push(`${JSON.stringify(canary)}${form}`);
        }
      }
    }
    return findings;
  }
}

function hashAt(text: string, at: number): number {
  return (text.charCodeAt(at) * 961 + text.charCodeAt(at + 3) * 31 + text.charCodeAt(at + 7)) & 0xffff;
}

/** A number within a longer one is another number. */
function isAt(text: string, canary: string, at: number): boolean {
  if (!text.startsWith(canary, at)) return false;
  return !/^\d+$/.test(canary) || !/\d/.test(`${text[at - 1] ?? ''}${text[at + canary.length] ?? ''}`);
}

function* readingsOf(text: string): Generator<readonly [form: string, reading: string]> {
  const decode = (run: string, encoding: 'hex' | 'base64') => Buffer.from(run, encoding).toString();
  yield ['', text];
  const json = text
    .replace(/\\+u([\da-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\+(["/\\])/g, '$1');
  const url = json.replace(/(%[\da-f]{2})+/gi, (run) => decode(run.replaceAll('%', ''), 'hex'));
  if (url !== text) yield [' escaped', url];
  // What stands before it may be of the same alphabet: one of four starts is the right one.
  for (const run of new Set(json.match(/[\w+/-]{11,}/g)))
    for (const at of [0, 1, 2, 3]) yield [' in base64', decode(run.slice(at), 'base64')];
}
