/** What an upstream is started with. */
export interface UpstreamSettings {
  /** How many custom fields there are: `plan_1` and so on, each a text. */
  readonly fields: number;
  /** Milliseconds that every answer takes longer than it needs. */
  readonly latencyMs: number;
  /** The key set that it publishes as an issuer of tokens. */
  readonly keySet: object;
}

/** The name of a custom field, counted from 1. */
export const fieldName = (number: number) => `plan_${number}`;

/** The path below which the developer API of the bench's instance lies. */
export const developerBase = '/v2/idaas_bench/app_bench';
