/** Bundles agentbox into one executable file, dist/agentbox, with images/ in it. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { readImages } from '../src/image/readImages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = `${root}dist/agentbox`;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };

/** The source tree's images/ as text, so that the program needs no file beside it. */
const embedImages: Plugin = {
  name: 'embed images/',
  setup(context) {
    context.onLoad({ filter: /\/src\/image\/embedded\.ts$/ }, () => ({
      contents: `export const images = ${JSON.stringify(readImages(`${root}images`))};`,
      loader: 'js',
    }));
  },
};

/** What dockerode loads for engines behind ssh and for BuildKit sessions: heavy, native, and used by nothing here. */
const UNUSED = /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|cpu-features)$/;
const leaveOut: Plugin = {
  name: 'leave out what dockerode only needs for ssh and sessions',
  setup(context) {
    context.onResolve({ filter: UNUSED }, ({ path }) => ({ path, namespace: 'left-out' }));
    context.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `function leftOut() { throw new Error(${JSON.stringify(`${path} is not part of agentbox`)}); }
        module.exports = new Proxy(leftOut, { get: (_, name) => (name === '__esModule' ? false : leftOut) });`,
      loader: 'js',
    }));
  },
};

await build({
  entryPoints: [`${root}src/main.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  banner: { js: "#!/usr/bin/env node\nconst __moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
  define: { AGENTBOX_VERSION: JSON.stringify(version), 'import.meta.url': '__moduleUrl' },
  external: ['@napi-rs/keyring'],
  plugins: [embedImages, leaveOut],
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
// The tree around it says that .js files are ES modules; this file is not one.
writeFileSync(`${root}dist/package.json`, '{ "type": "commonjs" }\n');
