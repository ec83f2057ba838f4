import { UserError } from '../errors.ts';

const OWN_IMAGE =
  'take another image, or leave `image:` out and describe what you need by `packages:` and `toolchains:`';

/** What images/adopt/check, images/tools/install and apt say, in words for the user. `from` is the image that was built on. */
const STORIES: readonly (readonly [RegExp, (from: string, found: RegExpExecArray) => UserError])[] = [
  [
    /^agentbox: refused musl/m,
    (from) =>
      new UserError('image', `${from} is built on musl (Alpine), and agents need glibc`, {
        why: 'agents come as programs for glibc, the C library of Debian, Ubuntu, Fedora and most others',
        next: [
          'take the same image in its Debian form: a tag with -slim or -bookworm in the place of -alpine',
          OWN_IMAGE,
        ],
      }),
  ],
  [
    /^agentbox: refused sh/m,
    (from) =>
      new UserError('image', `${from} has no /bin/sh`, {
        why: 'agents work by running commands in a shell; a distroless image or one made from scratch has none',
        next: [OWN_IMAGE],
      }),
  ],
  [
    /^agentbox: refused libc/m,
    (from) =>
      new UserError('image', `${from} has no C library that agents could run with (glibc)`, { next: [OWN_IMAGE] }),
  ],
  [
    /^agentbox: refused glibc (\S+) (\S+)/m,
    (from, [, has, needs]) =>
      new UserError('image', `${from} is too old: it has glibc ${has}, and the agent needs ${needs}`, {
        next: ['take a newer release of it', OWN_IMAGE],
      }),
  ],
  [
    /^agentbox: refused program (\S+)/m,
    (from, { 1: program, input }) =>
      new UserError('image', `${program} does not start in ${from}`, {
        why: input.slice(0, input.indexOf('agentbox: refused')).trim().split('\n').slice(-3).join('\n'),
        next: ['packages: [libstdc++6] in config.yaml, when it is a library that is missing', OWN_IMAGE],
      }),
  ],
  [
    /^agentbox: refused tools (.+)/m,
    (from, [, tools = '']) => {
      const list = tools.trim().split(' ');
      return new UserError('image', `${from} lacks ${list.join(' and ')}`, {
        why: 'agents work with these',
        next: [`packages: [${list.join(', ')}] in config.yaml, when it is of Debian's family`, 'or install them in it'],
      });
    },
  ],
  [
    /^agentbox: refused apt/m,
    (from) =>
      new UserError('image', `${from} has no apt-get, so packages cannot be added to it`, {
        why: '`packages:` are Debian packages, and some toolchains need a few',
        next: ['install them in the image, and leave `packages:` out'],
      }),
  ],
  [
    /^agentbox: refused toolchain (\S+) ?(.*)/m,
    (from, [, name = '', said]) =>
      new UserError('image', `${name} does not work in ${from} as it should`, {
        ...(said ? { why: `it says: ${said}` } : {}),
        next: [`another version of ${name} in \`toolchains:\``],
      }),
  ],
  [
    /^E: (?:Unable to locate package|Version '\S+' for|Package) '?([^'\s]+)/m,
    (_, { 1: name, input }) =>
      new UserError('image', `Debian cannot give the package ${name} as it is asked for`, {
        why: (input.match(/^E: .*/gm) ?? []).join('\n'),
        next: ['correct `packages:` in config.yaml (a version is written name=1.2-3)'],
      }),
  ],
];

/** A failed build in better words, where its output holds one of ours or apt's; else the error as it is. Pure. */
export function refusalOf(error: unknown, from: string): unknown {
  if (!(error instanceof UserError)) return error;
  const said = error.why ?? '';
  for (const [pattern, story] of STORIES) {
    const found = pattern.exec(said);
    if (found !== null) return story(from, found);
  }
  return error;
}
