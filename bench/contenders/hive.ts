import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { holdPort } from '../../test/harness/held-port.ts';
import { startServer } from '../processes.ts';
import { mirroredExchange, workOf } from '../work.ts';
import type { Contender } from './contender.ts';
import { install } from './install.ts';

const packages = [
  ...['@graphql-hive/gateway@2.15.1', '@graphql-mesh/compose-cli@1.8.2', '@omnigraph/json-schema@0.112.4'],
  ...['@graphql-mesh/transport-rest@0.12.2', 'graphql@16.15.0'],
];

/** Versions whose own dependencies the registry has. */
const overrides = { '@graphql-tools/delegate': '12.2.1', '@graphql-tools/wrap': '11.2.1' };

/** Hive Gateway in front of a supergraph that Mesh composes from the JSON schema of Descope's patch, with its JIT on. */
const contender: Contender = {
  ...{ calls: 1, path: '/graphql' },
  work: (connections) => workOf(connections, (patch) => mirroredExchange(patch, 'PatchUser_Input')),
  async start({ cores, upstream }) {
    const folder = install('hive', packages, overrides);
    const bin = (name: string) => `${folder}/node_modules/.bin/${name}`;
    // It imports from the packages beside it.
    copyFileSync(fileURLToPath(new URL('hive-mesh.config.js', import.meta.url)), `${folder}/mesh.config.mjs`);
    const compose = [bin('mesh-compose'), '-c', 'mesh.config.mjs', '-o', 'supergraph.graphql'];
    const env = { ...process.env, BENCH_UPSTREAM: upstream };
    // With pipes, what it prints is in the error where it fails.
    execFileSync(process.execPath, compose, { cwd: folder, env, stdio: 'pipe' });
    const { port } = await holdPort();
    const listen = ['--host', '127.0.0.1', '--port', String(port), '--fork', '1', '--jit'];
    return startServer({
      command: [process.execPath, bin('hive-gateway'), ...listen, 'supergraph', 'supergraph.graphql'],
      ...{ core: cores.server, cwd: folder, port, env: { LOG_LEVEL: 'error' } },
    });
  },
};

export const hive = { title: 'Hive Gateway + Mesh', contender };
