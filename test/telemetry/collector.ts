import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it was exported. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'other';
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Whether its status is ERROR. */
  readonly failed: boolean;
  /** What else it has, which should be nothing: trace state, events, links, a status message. */
  readonly more: readonly string[];
}

/** A collector of traces that keeps what it gets. */
export interface Collector {
  readonly url: string;
  readonly bodies: readonly Buffer[];
  readonly headers: readonly IncomingHttpHeaders[];
  spans(): readonly CollectedSpan[];
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. `status`: what it answers; 0 for nothing at all. */
export async function startCollector(status = 200): Promise<Collector> {
  const bodies: Buffer[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks));
    headers.push(request.headers);
    if (status !== 0) response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    bodies,
    headers,
    spans: () => bodies.flatMap(spansIn),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One field of a protobuf message: https://protobuf.dev/programming-guides/encoding/ */
interface Field {
  readonly number: number;
  /** Bytes of a length-delimited field; empty for the others. */
  readonly bytes: Buffer;
  /** The number of a varint; for eight bytes, read as a double. */
  readonly value: number;
}

function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, bytes: Buffer.alloc(0), value: varint() });
        break;
      case 1:
        fields.push({ number, bytes: Buffer.alloc(0), value: message.readDoubleLE(at) });
        at += 8;
        break;
      case 2: {
        const length = varint();
        fields.push({ number, bytes: message.subarray(at, at + length), value: Number.NaN });
        at += length;
        break;
      }
      case 5:
        fields.push({ number, bytes: Buffer.alloc(0), value: message.readUInt32LE(at) });
        at += 4;
        break;
      default:
        throw new Error(`There is no wire type ${tag & 7}.`);
    }
  }
  return fields;
}

const all = (message: Buffer, number: number) =>
  fieldsOf(message)
    .filter((field) => field.number === number)
    .map(({ bytes }) => bytes);
const one = (message: Buffer, number: number) => all(message, number)[0] ?? Buffer.alloc(0);

const kinds = { 1: 'INTERNAL', 2: 'SERVER', 3: 'CLIENT' } as const;

/** Members of a Span that ours never have: trace_state, events, links, and what was dropped of each. */
const unexpected = { 3: 'trace_state', 11: 'event', 13: 'link' } as const;

/** The spans of an ExportTraceServiceRequest: opentelemetry-proto, trace/v1/trace.proto. */
function spansIn(body: Buffer): readonly CollectedSpan[] {
  return all(body, 1)
    .flatMap((ofResource) => all(ofResource, 2))
    .flatMap((ofScope) => all(ofScope, 2))
    .map((span) => {
      const status = one(span, 15);
      const kind = fieldsOf(span).find(({ number }) => number === 6)?.value ?? 0;
      return {
        traceId: one(span, 1).toString('hex'),
        spanId: one(span, 2).toString('hex'),
        parentId: one(span, 4).toString('hex'),
        name: one(span, 5).toString(),
        kind: kinds[kind as keyof typeof kinds] ?? 'other',
        attributes: attributesOf(all(span, 9)),
        failed: fieldsOf(status).some(({ number, value }) => number === 3 && value === 2),
        more: [
          ...fieldsOf(span).flatMap(({ number }) => unexpected[number as keyof typeof unexpected] ?? []),
          ...(one(status, 2).length > 0 ? ['status message'] : []),
        ],
      };
    });
}

/** The attributes of a process that exported. */
export function resourceIn(body: Buffer): Readonly<Record<string, unknown>> {
  return attributesOf(all(one(one(body, 1), 1), 1));
}

function attributesOf(pairs: readonly Buffer[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(pairs.map((pair) => [one(pair, 1).toString(), readValue(one(pair, 2))]));
}

function readValue(value: Buffer): unknown {
  const [field] = fieldsOf(value);
  switch (field?.number) {
    case 1:
      return field.bytes.toString();
    case 2:
      return field.value === 1;
    case 3:
    case 4:
      return field.value;
    case 5:
      return all(field.bytes, 1).map(readValue);
    default:
      return undefined;
  }
}
