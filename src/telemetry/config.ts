import { z } from 'zod';
import { host, port, secret } from '../settings/fields.ts';
import { isLoopback } from '../settings/origin.ts';

/** The metrics listener, on a port that callers cannot reach. Left out: none. */
export const metrics = z.strictObject({
  host: host.describe('The address on which metrics are served; 0.0.0.0 in a pod.'),
  // The port that OpenTelemetry's exporters for Prometheus have, by their specification.
  port: port
    .default(9464)
    .describe(
      'The port on which /metrics is served, and /health and /ready as well, separate from callers; 0 for a free one.',
    ),
});

/** Headers that the exporter sets itself, or that delimit the message. */
const ownHeaders = /^(host|connection|content-|transfer-encoding$|expect$|authorization$|user-agent$)/i;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'Expected the name of a header.')
  .refine((name) => !ownHeaders.test(name), 'Expected a header that is not set already.');

/** The export of traces. Left out: none, and OpenTelemetry is not loaded. */
export const traces = z
  .strictObject({
    otlp: z
      .string()
      .refine((text) => isCollector(text), {
        error:
          'Expected an address such as https://collector.example.com/v1/traces: no credentials or query.',
      })
      .describe(
        'The collector’s URL for traces as OTLP (protobuf) over HTTP, such as https://collector.example.com/v1/traces.',
      ),
    insecure: z
      .boolean()
      .default(false)
      .describe('Allows http to another host: traces and headers are readable on the network.'),
    authorization: z
      .union(
        [
          z.strictObject({ bearer: secret.describe('A bearer token.') }),
          z.strictObject({ basic: secret.describe('`name:password` in base64.') }),
        ],
        { error: 'Expected { bearer: { env: NAME } } or { basic: { env: NAME } }.' },
      )
      .optional()
      .describe('The Authorization header of each export. Left out: none.'),
    headers: z
      .record(headerName, secret.describe('The header’s value.'))
      .default({})
      .describe('Other headers of each export, all secrets.'),
    sample: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('The share of sampled requests, of those without a traceparent.'),
    service: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'Expected letters, digits, dots, hyphens.')
      .default('idpatch')
      .describe('The resource attribute `service.name` of the traces.'),
  })
  .refine(({ otlp, insecure }) => insecure || !isCollector(otlp) || isSecure(otlp), {
    path: ['otlp'],
    error: 'Expected https, or http to a loopback address; insecure: true allows http to other hosts.',
  });

export type Traces = z.output<typeof traces>;

function isCollector(text: string): boolean {
  return /^https?:\/\/[^\s\\/?#@]+\/[^\s\\?#@]*$/i.test(text) && URL.canParse(text);
}

function isSecure(address: string): boolean {
  const { origin, protocol } = new URL(address);
  return protocol === 'https:' || isLoopback(origin);
}
