import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { packageVersion } from './packageVersion.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Node's own modules are loaded by the parts that use them, in the place of all at the start: the holder and the control
 * program have no use for TLS and HTTP, which take 5 MiB in each.
 */
const lazyModules: Plugin = {
  name: 'lazy-modules',
  setup({ onResolve, onLoad }) {
    const namespace = 'lazy';
    onResolve({ filter: /^node:/ }, ({ path, importer }) =>
      importer === path ? { path, external: true } : { path, namespace },
    );
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: `module.exports = require('${path}');` }));
  },
};

/** A bundle, and the files that went into it, relative to the repository. */
export interface Bundle {
  readonly text: string;
  readonly inputs: readonly string[];
}

/** The gateway's program (src/network/gateway/main.ts) as one file; also written to dist/, where the source tree finds it. */
export async function bundleGateway(): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [at('src/network/gateway/main.ts')],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // Libraries of the older kind ask for Node's own modules by it.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    define: { AGENTBOX_VERSION: JSON.stringify(await packageVersion()) },
    plugins: [lazyModules],
    logLevel: 'warning',
    metafile: true,
    absWorkingDir: at(''),
  });
  const text = outputFiles[0]?.text ?? '';
  await mkdir(at('dist'), { recursive: true });
  // Renamed into place, so that a reader meanwhile sees the old file or the new one.
  const own = at(`dist/gateway.mjs.${process.pid}`);
  await writeFile(own, text);
  await rename(own, at('dist/gateway.mjs'));
  return { text, inputs: Object.keys(metafile.inputs) };
}
