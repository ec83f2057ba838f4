// Builds dist/agentbox: the whole program with images/ in one executable file.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { readImages } from '../src/image/readImages.ts';
import { bundleGateway } from './lib/bundleGateway.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What dockerode loads for SSH hosts, BuildKit sessions and build directories: none is used, and it is most of its weight. */
const UNUSED = ['ssh2', 'cpu-features', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'tar-fs'];

/** In the place of a module that is never used: loading it is fine, using it is not. */
const stub = (name: string) => `
module.exports = new Proxy({}, {
  get(_, member) {
    if (member === '__esModule') return undefined;
    return function () { throw new Error('agentbox is built without ${name}: ' + String(member)); };
  },
});`;

/** Modules that dockerode can do without. `debug` would write requests, and the logins in them, to stderr on demand. */
const REPLACED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(UNUSED.map((name) => [name, stub(name)])),
  debug: 'module.exports = () => () => {};',
  'readable-stream': "module.exports = require('node:stream');",
};

const replaceModules: Plugin = {
  name: 'replace-modules',
  setup({ onResolve, onLoad }) {
    const names = Object.keys(REPLACED).join('|');
    onResolve({ filter: new RegExp(`^(${names})$`) }, ({ path }) => ({ path, namespace: 'replaced' }));
    onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path }) => ({ contents: REPLACED[path] ?? '', loader: 'js' }));
  },
};

/** src/image/embedded.ts reads images/ from the source tree; the bundle carries their text, the gateway's program too. */
const embedImages: Plugin = {
  name: 'embed-images',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/image\/embedded\.ts$/ }, async () => {
      const program = { content: await bundleGateway(), mode: 0o644 };
      const images = { ...readImages(at('images')), 'gateway/gateway.mjs': program };
      return { contents: `export const images = ${JSON.stringify(images)};`, loader: 'js' };
    });
  },
};

/** In a comment, the end of a comment is written with this in its middle; nothing else in the program may look like it. */
const ESCAPED_END = '*\u0001/';

/** The one file: a small head that is always read, and the program in a comment that it takes up when needed. */
async function assemble(program: string): Promise<string> {
  if (program.includes(ESCAPED_END)) throw new Error('the program holds the mark that escapes the end of a comment');
  const key = createHash('sha256').update(program).digest('hex').slice(0, 16);
  const loader = await readFile(at('scripts/lib/loader.cjs'), 'utf8');
  const head = loader.replace('%KEY%', key).replace('%VERSION%', version);
  return `#!/usr/bin/env node
${head}/*PROGRAM
${program.replaceAll('*/', ESCAPED_END)}
PROGRAM*/
`;
}

const { version } = JSON.parse(await readFile(at('package.json'), 'utf8')) as { version: string };
await mkdir(at('dist'), { recursive: true });
const { outputFiles } = await build({
  entryPoints: [at('src/main.ts')],
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  minifyWhitespace: true,
  minifySyntax: true,
  // Names are kept, so that the stack of a bug report can be read.
  minifyIdentifiers: false,
  legalComments: 'none',
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: {
    AGENTBOX_VERSION: JSON.stringify(version),
    'import.meta.url': 'importMetaUrl',
    'import.meta.dirname': '__dirname',
  },
  // A native addon, loaded when a keychain is asked for.
  external: ['@napi-rs/keyring'],
  plugins: [replaceModules, embedImages],
  logLevel: 'warning',
});
// Renamed into place, so that a run meanwhile sees the old file or the new one.
await writeFile(at('dist/agentbox.new'), await assemble(outputFiles[0]?.text ?? ''), { mode: 0o755 });
await rename(at('dist/agentbox.new'), at('dist/agentbox'));
// The package is one of ES modules, the bundle is not.
await writeFile(at('dist/package.json'), '{ "type": "commonjs" }\n');
