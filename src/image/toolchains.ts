import { HOME } from '../agents/agent.ts';
import type { Toolchains } from '../config/profile.ts';

type Name = keyof Toolchains;

/** How the toolchain of an official image comes into one of ours. */
interface Toolchain {
  readonly image: (version: string) => string;
  /** What to copy, from there to here. */
  readonly copy: readonly (readonly [from: string, to: string])[];
  /** Put before the image's own PATH; the second kind is what the tools install at run time, in the home. */
  readonly path: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
  /** Shell commands that finish the copy. */
  readonly finish: string;
  /** Prints the version. */
  readonly check: string;
}

const AUTHORITIES = `for file in /usr/local/lib/agentbox/ca/*.crt; do \
if [ -e "$file" ]; then keytool -importcert -noprompt -cacerts -storepass changeit -alias "$(basename "$file")" -file "$file"; fi; done`;

/** What the root file system of a box may not take (it is read-only) goes into the home: GOPATH, ~/.cargo, ~/.local, ~/.m2. */
const TOOLCHAINS: Readonly<Record<Name, Toolchain>> = {
  // Not in /usr/local, where the node is that agents run on.
  node: {
    image: (version) => `node:${version}-bookworm-slim`,
    copy: [
      ['/usr/local/bin/', '/opt/toolchains/node/bin/'],
      ['/usr/local/lib/node_modules/', '/opt/toolchains/node/lib/node_modules/'],
      ['/opt/', '/opt/'],
    ],
    path: ['/opt/toolchains/node/bin', `${HOME}/.local/bin`],
    env: { NPM_CONFIG_PREFIX: `${HOME}/.local` },
    packages: [],
    finish: '',
    check: 'node --version',
  },
  python: {
    image: (version) => `python:${version}-slim-bookworm`,
    copy: [['/usr/local/', '/usr/local/']],
    path: ['/usr/local/bin', `${HOME}/.local/bin`],
    env: {},
    packages: [],
    finish: 'ldconfig',
    check:
      'python3 -c "import bz2, ctypes, hashlib, lzma, pip, platform, sqlite3, ssl, venv; print(platform.python_version())"',
  },
  go: {
    image: (version) => `golang:${version}-bookworm`,
    copy: [['/usr/local/go/', '/usr/local/go/']],
    path: ['/usr/local/go/bin', `${HOME}/go/bin`],
    env: { GOTOOLCHAIN: 'local' },
    packages: ['gcc', 'libc6-dev'],
    finish: '',
    check: 'go version',
  },
  // Without rustup: it would download what a project's rust-toolchain.toml asks for into a place that is read-only.
  rust: {
    image: (version) => `rust:${version}-slim-bookworm`,
    copy: [['/usr/local/rustup/toolchains/*/', '/opt/toolchains/rust/']],
    path: ['/opt/toolchains/rust/bin', `${HOME}/.cargo/bin`],
    env: {},
    packages: ['gcc', 'libc6-dev'],
    finish: '',
    check: 'rustc --version && cargo --version',
  },
  java: {
    image: (version) => `eclipse-temurin:${version}-jdk`,
    copy: [['/opt/java/openjdk/', '/opt/java/openjdk/']],
    path: ['/opt/java/openjdk/bin'],
    env: { JAVA_HOME: '/opt/java/openjdk' },
    packages: [],
    finish: AUTHORITIES,
    check: 'javac -version 2>&1',
  },
};

/** The toolchains and packages of an image as one Dockerfile, what it is made of, and what to call it. Pure. */
export interface Tools {
  readonly dockerfile: string;
  /** The official images that it copies from. */
  readonly images: readonly string[];
  /** In words: `go 1.24, 2 packages`. */
  readonly title: string;
}

/**
 * What adds toolchains and Debian packages to an image; undefined when there is nothing to add. `caches` names apt's
 * caches, which two releases of Debian must not share; empty: those of the base. Pure.
 */
export function toolsOf(toolchains: Toolchains, packages: readonly string[], caches: string): Tools | undefined {
  const wanted = (Object.keys(TOOLCHAINS) as Name[]).flatMap((name) => {
    const version = toolchains[name];
    return version === undefined
      ? []
      : [{ name, version, ...TOOLCHAINS[name], image: TOOLCHAINS[name].image(version) }];
  });
  const debian = [...new Set([...wanted.flatMap((toolchain) => toolchain.packages), ...packages])].sort();
  if (wanted.length === 0 && debian.length === 0) return undefined;
  const path = [...new Set(wanted.flatMap((toolchain) => toolchain.path))];
  const env = Object.entries({
    ...(path.length === 0 ? {} : { PATH: `${path.join(':')}:$PATH` }),
    ...Object.assign({}, ...wanted.map((toolchain) => toolchain.env)),
  });
  const steps = [
    'set -e',
    `/usr/local/lib/agentbox/install ${debian.join(' ')}`.trim(),
    ...wanted.map(({ finish }) => finish).filter((finish) => finish !== ''),
    ...wanted.map(checkOf),
    'rm -rf /tmp/* /root/.npm',
    '/usr/local/lib/agentbox/seal',
  ];
  const lines = [
    'ARG FROM',
    ...wanted.map(({ name, image }) => `FROM ${image} AS ${name}`),
    'FROM $FROM',
    ...wanted.flatMap(({ name, copy }) => copy.map(([from, to]) => `COPY --from=${name} ${from} ${to}`)),
    ...env.map(([name, value]) => `ENV ${name}=${value}`),
    'COPY install /usr/local/lib/agentbox/install',
    `RUN ${[...aptCaches(caches), steps.join('; ')].join(' ')}`,
  ];
  const counted = packages.length === 1 ? '1 package' : `${packages.length} packages`;
  const parts = [
    ...wanted.map(({ name, version }) => `${name} ${version}`),
    ...(packages.length === 0 ? [] : [counted]),
  ];
  return { dockerfile: `${lines.join('\n')}\n`, images: wanted.map(({ image }) => image), title: parts.join(', ') };
}

/** A version that was asked for as 1.24 is served by 1.24.3 and not by 1.2 or 1.245. */
function checkOf({
  name,
  version,
  check,
}: {
  readonly name: Name;
  readonly version: string;
  readonly check: string;
}): string {
  const pattern = `(^|[^0-9.])${version.replaceAll('.', '[.]')}([^0-9]|$)`;
  return `said=$(${check}) && echo "$said" | grep -E '${pattern}' || { echo "agentbox: refused toolchain ${name} $said"; exit 1; }`;
}

function aptCaches(caches: string): readonly string[] {
  return ['/var/cache/apt', '/var/lib/apt/lists'].map((target) => {
    const id = caches === '' ? '' : `id=${caches}${target.replaceAll('/', '-')},`;
    return `--mount=type=cache,${id}target=${target},sharing=locked`;
  });
}
