import { type Trouble, UserError } from '../../errors.ts';

/** What went wrong with a podman command: it said so, it is not there, or it did not end in time (milliseconds). */
export type PodmanFailure =
  | { readonly kind: 'said'; readonly stderr: string }
  | { readonly kind: 'missing'; readonly command: string }
  | { readonly kind: 'slow'; readonly doing: string; readonly timeout: number };

interface Story {
  readonly trouble: Trouble;
  readonly what: string;
  readonly next: readonly string[];
}

type Row = readonly [pattern: RegExp, story: (match: RegExpExecArray) => Story];

/** Podman's words, most telling first, and what to make of them. test/unit/engine/podmanErrors.test.ts has recorded ones. */
const TABLE: readonly Row[] = [
  [
    /(?:^|: )([^\s:]+(?:[:@][^\s:]+)?): image not known|short-name "([^"]+)" did not resolve/,
    ([, known, short]) => story('image', `podman has no image ${known ?? short}`, 'agentbox build'),
  ],
  [
    /default OCI runtime "([^"]+)" not found/,
    ([, name]) =>
      story(
        'engine',
        `podman has no runtime ${name}`,
        `install ${name}, or name its path under [engine.runtimes] in containers.conf`,
        'or use --runtime auto, which takes what works',
      ),
  ],
  [
    /no space left on device/i,
    () => story('engine', 'no space is left on the disk that podman uses', 'podman system df', 'podman image prune'),
  ],
  [
    /newuidmap|newgidmap|no sub[ug]id ranges|insufficient UIDs or GIDs|cannot find UID\/GID for user/,
    () =>
      story(
        'engine',
        'rootless podman is not set up for this user',
        "sudo apt-get install uidmap (or your system's package with newuidmap)",
        'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$USER" && podman system migrate',
      ),
  ],
  [
    /unable to connect to Podman|Cannot connect to Podman/i,
    () => story('engine', "podman's machine is not running", 'podman machine start'),
  ],
  [
    /unknown flag: (--\S+)/,
    ([, flag]) =>
      story(
        'engine',
        `this podman does not know ${flag}`,
        'use podman 4.3 or newer on Linux; a podman that only talks to a machine cannot start boxes',
        'or: --engine docker',
      ),
  ],
  [
    /statfs (.+?): (no such file or directory|permission denied)/,
    ([, path, why]) =>
      story(
        'project',
        why === 'permission denied' ? `podman may not read ${path}` : `${path} is not there`,
        `ls -ld ${path}`,
      ),
  ],
  [
    /name "?([^"\s]+)"? is already in use/,
    ([, name]) => story('box', `there is a box named ${name} already`, 'agentbox ls', `agentbox rm ${name}`),
  ],
  [
    /no container with name or ID "?([^"\s]+)"? found|no such (?:object:|container) "?([^"\s]+)"?/,
    ([, name, object]) => story('box', `there is no box ${name ?? object}`, 'agentbox ls'),
  ],
  [
    /can only (?:attach to|kill|stop|create exec sessions on) running containers|is not running|container state improper/,
    () => story('box', 'the box is not running', 'agentbox ls'),
  ],
  [/volume (\S+) is being used/, ([, name]) => story('engine', `a container has the volume ${name}`, 'agentbox ls')],
  [
    /could not find (slirp4netns|pasta|netavark|conmon)/,
    ([, name]) => story('engine', `podman needs ${name}, which is not installed`, `install the package ${name}`),
  ],
  [
    /cgroups? in hybrid mode|cgroup/i,
    () =>
      story(
        'engine',
        'podman cannot set up cgroups for the box',
        'another runtime may know how: --runtime runc, or [engine] runtime = "runc" in containers.conf',
        'podman info --format "{{.Host.CgroupsVersion}} {{.Host.CgroupManager}}"',
      ),
  ],
  [
    /OCI runtime|OCI permission|container create failed|(?:runc|crun|runsc): .*create/,
    () =>
      story(
        'engine',
        "podman's runtime could not create the box",
        'another runtime may do it: --runtime runc or --runtime crun',
        'podman run --rm <any image> true, to see whether podman works at all',
      ),
  ],
];

/** The one place that knows podman's words: the error that a person can act on. `why` has podman's last line. */
export function podmanTrouble(failure: PodmanFailure): UserError {
  if (failure.kind === 'missing') {
    return new UserError('engine', `${failure.command} is not there`, {
      next: ['install podman', 'or: --engine docker'],
    });
  }
  if (failure.kind === 'slow') {
    return new UserError('engine', 'podman does not answer', {
      why: `podman ${failure.doing} took longer than ${failure.timeout / 1000} s`,
      next: ['podman ps, to see whether it hangs', 'podman info, which says more'],
    });
  }
  const why = lastWords(failure.stderr);
  // The last line first: those above it may be about something else, and warnings always are.
  const errors = failure.stderr.replace(/^time=.* level=(?:warning|info|debug) .*$/gm, '');
  const found =
    storyFor(why) ??
    storyFor(errors) ??
    story('engine', 'podman failed', 'podman info, to see whether it works at all');
  return new UserError(found.trouble, found.what, { why, next: found.next });
}

function storyFor(words: string): Story | undefined {
  for (const [pattern, tell] of TABLE) {
    const match = pattern.exec(words);
    if (match !== null) return tell(match);
  }
  return undefined;
}

/** The line that podman ends with, without its prefix. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((candidate) => candidate.startsWith('Error: ')) ?? lines.at(-1) ?? 'it said nothing';
  return line.replace(/^Error: /, '').trim();
}

function story(trouble: Trouble, what: string, ...next: readonly string[]): Story {
  return { trouble, what, next };
}
