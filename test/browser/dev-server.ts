import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../examples/profile-form', import.meta.url));

/** Starts the profile form's own `vite`, as its `npm start` does, on a free port. */
export async function startDevServer(idpatchUrl: string): Promise<{ readonly url: string; stop(): void }> {
  const vite = dirname(createRequire(join(folder, 'package.json')).resolve('vite/package.json'));
  const server = spawn(process.execPath, [join(vite, 'bin/vite.js')], {
    cwd: folder,
    env: { ...process.env, PORT: '0', IDPATCH_URL: idpatchUrl, NO_COLOR: '1', NODE_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    server.stdout.on('data', (chunk) => {
      output += chunk;
      const [, found] = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(output) ?? [];
      if (found) resolve(found);
    });
    server.once('exit', (code) => reject(new Error(`Vite ended with ${code}: ${output}`)));
  });
  return { url, stop: () => void server.kill() };
}
