import { z } from 'zod';
import { secret } from '../settings/fields.ts';
import { isLoopback } from '../settings/origin.ts';

/** Where the metrics are served: on a port of their own, which no caller reaches. Left out: nowhere. */
export const metrics = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('The address on which metrics are served; 0.0.0.0 in a pod.'),
  // The port that OpenTelemetry's exporters for Prometheus have, by their specification.
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(9464)
    .describe('The port on which metrics are served at /metrics, which no caller reaches; 0 for a free one.'),
});

/** Names that the exporter sets itself, or that say how a message ends. */
const ownHeaders = /^(host|connection|content-|transfer-encoding$|expect$|authorization$|user-agent$)/i;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'Expected the name of a header.')
  .refine((name) => !ownHeaders.test(name), 'Expected a header that is not set already.');

/** Where traces go, and how many. Left out: nowhere, and nothing of OpenTelemetry is loaded. */
export const traces = z
  .strictObject({
    otlp: z
      .string()
      .refine((text) => isCollector(text), {
        error:
          'Expected an address such as https://collector.example.com/v1/traces: no credentials or query.',
      })
      .describe(
        'The collector’s address for traces in protobuf over HTTP, such as https://collector.example.com/v1/traces.',
      ),
    insecure: z
      .boolean()
      .default(false)
      .describe(
        'Permits http to a host that is not this machine: whoever is on the way reads the traces and the headers.',
      ),
    authorization: z
      .union(
        [
          z.strictObject({ bearer: secret.describe('The token that the collector asks for.') }),
          z.strictObject({
            basic: secret.describe('`name:password` in base64, as the collector asks for it.'),
          }),
        ],
        { error: 'Expected { bearer: { env: NAME } } or { basic: { env: NAME } }.' },
      )
      .optional()
      .describe('The authorization of each export. Left out: none.'),
    headers: z
      .record(headerName, secret.describe('The header’s value.'))
      .default({})
      .describe('Other headers of each export, all of them secrets.'),
    sample: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('The share of requests that are traced, of those that come without a trace of their own.'),
    service: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'Expected letters, digits, dots, hyphens.')
      .default('idpatch')
      .describe('The name under which traces are found: `service.name`.'),
  })
  .refine(({ otlp, insecure }) => insecure || !isCollector(otlp) || isSecure(otlp), {
    path: ['otlp'],
    error: 'Expected https, or http to a loopback address; insecure: true lets http go elsewhere.',
  });

export type Traces = z.output<typeof traces>;

function isCollector(text: string): boolean {
  return /^https?:\/\/[^\s\\/?#@]+\/[^\s\\?#@]*$/i.test(text) && URL.canParse(text);
}

function isSecure(address: string): boolean {
  const { origin, protocol } = new URL(address);
  return protocol === 'https:' || isLoopback(origin);
}
