import type { Toolchains } from '../config/profile.ts';

/** What a project is made with, found by one of its files. */
export interface Language {
  /** For people: `Go`. */
  readonly title: string;
  /** The file that tells. */
  readonly because: string;
  /** Rules and presets for what its packages come from. */
  readonly allow: readonly string[];
  /** What an image needs besides what every image has; undefined for nothing. */
  readonly tools: Tools | undefined;
}

/** What is put into an image. */
export interface Tools {
  readonly toolchains: Toolchains;
  readonly packages: readonly string[];
}

/** The files of a project: names relative to it, and the text of those that name a version. */
export interface ProjectFiles {
  readonly names: readonly string[];
  readonly text: (name: string) => string | undefined;
}

interface Known {
  readonly title: string;
  /** Names of files, the likeliest first. */
  readonly files: readonly string[];
  readonly allow: readonly string[];
  readonly tools: (version: (file: string, pattern: RegExp) => string | undefined, file: string) => Tools | undefined;
}

/** A bare version in a file of its own, as the managers of versions have it. */
const ALONE = /^v?(\d+(?:\.\d+){0,2})\s*$/;
/** Python of every image. */
const OWN_PYTHON = 11;

const toolchain = (toolchains: Toolchains, ...packages: readonly string[]): Tools => ({ toolchains, packages });

const KNOWN: readonly Known[] = [
  {
    title: 'JavaScript',
    files: ['package.json'],
    allow: ['npm'],
    tools: (version) => {
      const node = version('.nvmrc', ALONE) ?? version('.node-version', ALONE);
      return node === undefined ? undefined : toolchain({ node });
    },
  },
  {
    title: 'Python',
    files: ['pyproject.toml', 'requirements.txt', 'setup.py', 'Pipfile'],
    allow: ['pypi'],
    tools: (version) => {
      const python =
        version('.python-version', ALONE) ??
        version('pyproject.toml', /^requires-python\s*=\s*["'](?:>=|==|~=|\^)\s*(3\.\d{1,2})/m);
      const newer = Number(python?.split('.')[1] ?? 0) > OWN_PYTHON;
      return python !== undefined && newer ? toolchain({ python }) : toolchain({}, 'python3-pip', 'python3-venv');
    },
  },
  {
    title: 'Go',
    files: ['go.mod'],
    allow: ['go'],
    tools: (version, file) => toolchain({ go: version(file, /^go (1\.\d{1,3})(?:\.\d+)?\s*$/m) ?? '1' }),
  },
  {
    title: 'Rust',
    files: ['Cargo.toml'],
    allow: ['crates'],
    tools: (version, file) =>
      toolchain({
        rust:
          version('rust-toolchain.toml', /^channel\s*=\s*["'](1\.\d{1,3}(?:\.\d+)?)["']/m) ??
          version('rust-toolchain', ALONE) ??
          version(file, /^rust-version\s*=\s*["'](1\.\d{1,3})/m) ??
          '1',
      }),
  },
  {
    title: 'Java',
    files: ['pom.xml'],
    allow: ['maven'],
    tools: (version, file) =>
      toolchain({ java: version(file, /<(?:maven\.compiler\.release|java\.version)>(\d{1,2})</) ?? '21' }, 'maven'),
  },
  {
    title: 'Java',
    files: ['build.gradle', 'build.gradle.kts'],
    allow: ['maven', '*.gradle.org'],
    tools: (version, file) =>
      toolchain({ java: version(file, /(?:JavaLanguageVersion\.of|jvmToolchain)\((\d{1,2})\)/) ?? '21' }),
  },
  {
    title: 'Ruby',
    files: ['Gemfile'],
    allow: ['rubygems'],
    tools: () => toolchain({}, 'bundler', 'ruby-full'),
  },
  {
    title: 'PHP',
    files: ['composer.json'],
    allow: ['*.packagist.org', 'github'],
    tools: () => toolchain({}, 'composer', 'php-cli'),
  },
];

/** The names whose text `languagesOf` may ask for, without a folder. */
export const VERSION_FILES: readonly string[] = [
  ...['.nvmrc', '.node-version', '.python-version', 'pyproject.toml', 'go.mod', 'Cargo.toml', 'pom.xml'],
  ...['rust-toolchain', 'rust-toolchain.toml', 'build.gradle', 'build.gradle.kts'],
];

/** The names of all files that tell of a language, without a folder. */
export const TELLING_FILES: readonly string[] = KNOWN.flatMap(({ files }) => files);

/** The languages of a project by its files; the file that is named first in the list of files tells of each. Pure. */
export function languagesOf({ names, text }: ProjectFiles): readonly Language[] {
  return KNOWN.flatMap(({ title, files, allow, tools }) => {
    const because = names.find((name) => files.includes(name.slice(name.lastIndexOf('/') + 1)));
    if (because === undefined) return [];
    const folder = because.slice(0, because.lastIndexOf('/') + 1);
    const version = (file: string, pattern: RegExp) =>
      text(file === because ? file : `${folder}${file}`)?.match(pattern)?.[1];
    return [{ title, because, allow, tools: tools(version, because) }];
  });
}

/** The presets for the places that a repository is fetched from, by the addresses of its remotes. Pure. */
export function forges(addresses: readonly string[]): readonly string[] {
  const hosts = { github: 'github.com', gitlab: 'gitlab.com' };
  return Object.entries(hosts).flatMap(([preset, host]) =>
    addresses.some((address) => address.match(/^(?:\w+:\/\/)?(?:[^/@]*@)?([^/:]+)/)?.[1] === host) ? [preset] : [],
  );
}

/** Tools in words: `go 1.24`, `python3-pip, python3-venv`. */
export function toolsInWords({ toolchains, packages }: Tools): string {
  return [...Object.entries(toolchains).map(([name, version]) => `${name} ${version}`), ...packages].join(', ');
}
