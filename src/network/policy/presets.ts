/** A set of rules under one name. */
export interface Preset {
  readonly name: string;
  /** Each in the language of rules. */
  readonly rules: readonly string[];
}

/** The domain itself too, where it serves packages. */
const andApex = (below: `*.${string}`): readonly string[] => [below, below.slice(2)];

/** All presets. Registries are known by their domains, since their hosts come and go; hostRegistries adds this machine's own. */
export const PRESETS: readonly Preset[] = [
  { name: 'npm', rules: ['*.npmjs.org', '*.yarnpkg.com'] },
  { name: 'pypi', rules: [...andApex('*.pypi.org'), '*.pythonhosted.org'] },
  {
    name: 'github',
    rules: [
      'github.com',
      'github.com:22',
      'api.github.com',
      'codeload.github.com',
      'uploads.github.com',
      '*.githubusercontent.com',
    ],
  },
  { name: 'gitlab', rules: ['gitlab.com', 'gitlab.com:22'] },
  { name: 'debian', rules: ['*.debian.org'] },
  { name: 'go', rules: ['*.golang.org'] },
  { name: 'crates', rules: ['*.crates.io'] },
  { name: 'rubygems', rules: andApex('*.rubygems.org') },
  { name: 'maven', rules: ['*.maven.apache.org', '*.maven.org'] },
  { name: 'docker', rules: ['*.docker.io', '*.docker.com'] },
];

/** The names of all presets. */
export const PRESET_NAMES: readonly string[] = PRESETS.map(({ name }) => name);
