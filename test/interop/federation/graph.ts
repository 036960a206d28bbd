import { parse } from 'graphql';
import type { SandboxChanges } from '../../../src/sandbox/sandbox.ts';
import { type Answered, ask, sdlOf } from '../../graphql/served.ts';
import { type FaultProxy, startFaultProxy } from '../../harness/fault-proxy.ts';
import { type FrontDoor, openFrontDoor } from '../../harness/front-door.ts';
import { callersOf, tokenOf } from '../../harness/sandbox-tokens.ts';
import type { StartGateway, Subgraph } from './gateways.ts';
import { startOrders } from './orders.ts';

/** A federated graph of idpatch and the orders, behind one gateway. Nobody is let in without a token. */
export interface Graph {
  readonly door: FrontDoor;
  /** What the gateway sends to idpatch passes here. */
  readonly line: FaultProxy;
  /** How many requests the gateway has sent to idpatch since it was asked the last time. */
  sent(): number;
  /** Sends a document to the gateway, with the token of whoever asks. */
  ask(query: string, variables?: object, token?: string): Promise<Answered>;
  close(): Promise<void>;
}

/** The two subgraphs, as they describe themselves. */
export async function subgraphs(
  idpatch: { readonly url: string; readonly token?: string },
  orders: { readonly url: string },
): Promise<readonly Subgraph[]> {
  return [
    { name: 'idpatch', url: idpatch.url, typeDefs: parse(await sdlOf(idpatch.url, idpatch.token)) },
    { name: 'orders', url: orders.url, typeDefs: parse(await sdlOf(orders.url)) },
  ];
}

/** Opens a graph; close it in the test that opened it. */
export async function openGraph(startGateway: StartGateway, changes: SandboxChanges = {}): Promise<Graph> {
  const door = await openFrontDoor({
    callers: callersOf('gateway', 'front-end'),
    ...changes,
  });
  const line = await startFaultProxy();
  line.passTo(door.url);
  const orders = await startOrders();
  const token = await tokenOf(door, 'users:read');
  const gateway = await startGateway(await subgraphs({ url: `${line.url}/graphql`, token }, orders));
  let before = 0;
  return {
    door,
    line,
    sent: () => line.requests.length - before,
    ask(query, variables = {}, asker) {
      before = line.requests.length;
      return ask(gateway.url, query, variables, asker);
    },
    async close() {
      await gateway.close();
      await Promise.all([orders.close(), line.close(), door.close()]);
    },
  };
}
