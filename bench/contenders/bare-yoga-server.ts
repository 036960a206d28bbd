import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createYoga } from 'graphql-yoga';
import { sayListening } from '../processes.ts';
import { createSchema } from './bare-yoga-schema.ts';

const schema = createSchema(process.argv[2] ?? '');
const server = createServer(createYoga({ schema, graphiql: false, landingPage: false, logging: false }));
server.listen(0, '127.0.0.1', () => sayListening((server.address() as AddressInfo).port));
