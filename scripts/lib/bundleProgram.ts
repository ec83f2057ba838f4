import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { readImages } from '../../src/image/readImages.ts';
import { type Bundle, bundleGateway } from './bundleGateway.ts';
import { packageVersion } from './packageVersion.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

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
const embedImages = (gateway: string): Plugin => ({
  name: 'embed-images',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/image\/embedded\.ts$/ }, () => {
      const images = { ...readImages(at('images')), 'gateway/gateway.mjs': { content: gateway, mode: 0o644 } };
      return { contents: `export const images = ${JSON.stringify(images)};`, loader: 'js' };
    });
  },
});

/** The whole program with images/ as one CommonJS text of ASCII, without the head that starts it. */
export async function bundleProgram(): Promise<Bundle> {
  const gateway = await bundleGateway();
  const { outputFiles, metafile } = await build({
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
      AGENTBOX_VERSION: JSON.stringify(await packageVersion()),
      'import.meta.url': 'importMetaUrl',
      'import.meta.dirname': '__dirname',
    },
    // A native addon, loaded when a keychain is asked for.
    external: ['@napi-rs/keyring'],
    plugins: [replaceModules, embedImages(gateway.text)],
    logLevel: 'warning',
    metafile: true,
    absWorkingDir: at(''),
  });
  const inputs = [...Object.keys(metafile.inputs), ...gateway.inputs];
  return { text: outputFiles[0]?.text ?? '', inputs };
}
