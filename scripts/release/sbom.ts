import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Pinned, Target } from './targets.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What goes into one executable. */
export interface Ingredients {
  readonly version: string;
  readonly target: Target;
  /** The files of the bundle, relative to the repository. */
  readonly inputs: readonly string[];
  /** What Node says of itself: `process.versions`. */
  readonly nodeVersions: Readonly<Record<string, string>>;
}

/** The list of what is in an executable, in CycloneDX 1.6: no time and no random number, so that the same build gives the same list. */
export function sbom({ version, target, inputs, nodeVersions }: Ingredients): object {
  const { node: nodeVersion, modules: _, ...libraries } = nodeVersions;
  const inNode = Object.entries(libraries).map(([name, version]) => ({
    ...component('library', name, version),
    purl: `pkg:generic/${name}@${encodeURIComponent(version)}`,
  }));
  const node = { ...component('platform', 'node', nodeVersion ?? ''), purl: `pkg:generic/node@${nodeVersion}` };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component('application', 'agentbox', version) },
    components: [
      { ...node, hashes: hashesOf(target.node.integrity), properties: [source(target.node)], components: inNode },
      { ...ofRegistry(target.keyring.name, target.keyring.version), hashes: hashesOf(target.keyring.integrity) },
      ...packagesOf(inputs).map(bundled),
    ],
  };
}

/** Directories of the packages that files of a bundle come from. */
export function packagesOf(inputs: readonly string[]): readonly string[] {
  const found = inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(found)].sort();
}

function bundled(directory: string) {
  const manifest = JSON.parse(readFileSync(at(`${directory}/package.json`), 'utf8'));
  const { name, version, license } = manifest as { name: string; version: string; license?: string };
  const locked = lock().packages[directory];
  const licenses = license === undefined ? [] : [{ expression: license }];
  return { ...ofRegistry(name, version), licenses, hashes: hashesOf(locked?.integrity ?? '') };
}

const component = (type: string, name: string, version: string) => ({
  'bom-ref': `${name}@${version}`,
  type,
  name,
  version,
});

const ofRegistry = (name: string, version: string) => ({
  ...component('library', name, version),
  purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
});

const source = ({ name, version }: Pinned) => ({ name: 'agentbox:taken-from', value: `pkg:npm/${name}@${version}` });

function hashesOf(integrity: string) {
  const content = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  return content.length === 128 ? [{ alg: 'SHA-512', content }] : [];
}

const lock = () =>
  JSON.parse(readFileSync(at('package-lock.json'), 'utf8')) as { packages: Record<string, { integrity?: string }> };
