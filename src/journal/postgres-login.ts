import pg from 'pg';
import type { Secret } from '../settings/secret.ts';

/**
 * The class of a pool's clients, each of which logs in with the password that the connection string has now. Nothing else
 * is taken of a string that was replaced: another database would be another journal.
 */
export function clientOf(connectionString: Secret) {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config);
      Object.assign(this, { password: passwordOf(connectionString.reveal()) });
    }
  };
}

/** The password of a connection string, or of the environment; empty where there is none. */
export function passwordOf(connectionString: string): string {
  try {
    const { password } = new pg.Client({ connectionString });
    return typeof password === 'string' ? password : '';
  } catch {
    return '';
  }
}

/** Whether two connection strings differ in nothing but the password. */
export function haveSameDatabase(one: Secret, other: Secret): boolean {
  const [first, second] = [one, other].map((secret) => URL.parse(secret.reveal()));
  if (!first || !second) return false;
  first.password = second.password;
  return first.href === second.href;
}
