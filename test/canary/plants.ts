import { randomBytes, randomInt } from 'node:crypto';

/** Something planted that must come out nowhere: a secret, personal data, or what a caller sent. */
export interface Canary {
  /** Where it was planted, for the report. */
  readonly name: string;
  /** What each of them gives it away: any text of 8 characters or more that stands nowhere else. */
  readonly marks: readonly string[];
}

/** Plants canaries and keeps what it planted. Each is new, so that what is found says where it came from. */
export interface Plants {
  readonly all: readonly Canary[];
  /** 24 letters and digits, known by the first 8 and by the last 8. */
  word(name: string): string;
  /** An address at a domain of its own. */
  email(name: string): string;
  /** A Chinese mobile number in E.164; `national` is its number without the region 86. */
  phone(name: string): { readonly e164: string; readonly national: string };
  url(name: string): string;
  /** A whole number of 12 digits. */
  number(name: string): number;
  /** A moment, to the millisecond. */
  date(name: string): Date;
  /** Eight Chinese characters. */
  hanzi(name: string): string;
  /** A text made elsewhere, such as a signed token: known by itself, its first 8 and its last 8 characters. */
  add(name: string, text: string): void;
}

const letters = 'abcdefghjkmnpqrstuvwxyz';

/** Starts with nothing planted. */
export function createPlants(): Plants {
  const all: Canary[] = [];
  const plant = (name: string, ...marks: readonly string[]) => {
    all.push({ name, marks });
  };
  // A letter first, so that it may stand wherever a name may; then a digit, as in every real secret; then both.
  const fresh = (length: number) =>
    `${letters[randomInt(letters.length)]}${randomInt(10)}${randomBytes(48)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, length - 2)}`;
  return {
    all,
    word(name) {
      const text = fresh(24);
      plant(name, text.slice(0, 8), text.slice(-8));
      return text;
    },
    email(name) {
      const [local, domain] = [fresh(12), fresh(12)];
      plant(name, local, domain);
      return `${local}@${domain}.example`;
    },
    phone(name) {
      const national = `139${randomInt(10_000_000, 100_000_000)}`;
      plant(name, national, [...national].toReversed().join(''));
      return { e164: `+86${national}`, national };
    },
    url(name) {
      const [host, path] = [fresh(12), fresh(12)];
      plant(name, host, path);
      return `https://${host}.example/${path}.png?size=2`;
    },
    number(name) {
      const value = randomInt(100_000_000_000, 281_000_000_000_000);
      plant(name, String(value));
      return value;
    },
    date(name) {
      const value = new Date(Date.UTC(1931, 0, 1) + randomInt(1_000_000_000_000));
      plant(name, value.toISOString().slice(0, 16), String(value.getTime()));
      return value;
    },
    hanzi(name) {
      const text = String.fromCodePoint(...Array.from({ length: 8 }, () => randomInt(0x4e00, 0x9fa0)));
      plant(name, text);
      return text;
    },
    add(name, text) {
      plant(name, text, text.slice(0, 8), text.slice(-8));
    },
  };
}
