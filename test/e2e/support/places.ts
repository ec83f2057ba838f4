import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Places } from './canary.ts';
import type { Lab } from './lab.ts';

interface Inspected {
  readonly Id: string;
  readonly State: { readonly Pid: number };
  readonly GraphDriver: { readonly Data: Readonly<Record<string, string>> | null };
}

/** Where an engine could keep a secret of a container: its answer to inspect, logs, files, PID 1, the written layer. */
export function containerPlaces(lab: Lab, name: string): Places {
  const inspect = lab.engine(['inspect', name]);
  const [{ Id: id, State: state, GraphDriver: driver }] = JSON.parse(inspect) as [Inspected];
  const upper = driver.Data?.['UpperDir'];
  return new Map([
    ['inspect', Buffer.from(inspect)],
    ['logs', Buffer.from(lab.engine(['logs', name]))],
    ['PID 1 as the box sees it', Buffer.from(lab.engine(['exec', name, 'cat', '/proc/1/environ']))],
    // gVisor's guests are no processes of the host.
    ...(lab.ground.gvisor ? [] : (['cmdline', 'environ'] as const)).map(
      (file) => [`${file} of PID 1`, readFileSync(`/proc/${state.Pid}/${file}`)] as const,
    ),
    ['files of the engine', filesWith(engineRoots(lab), id)],
    ...(upper === undefined ? [] : ([['written layer', filesWith([upper], '')]] as const)),
  ]);
}

/** The contents of regular files below the roots whose path has `part` in it, one after the other. */
export function filesWith(roots: readonly string[], part: string, leaveOut: readonly string[] = []): Buffer {
  const present = roots.filter((root) => existsSync(root));
  if (present.length === 0) return Buffer.alloc(0);
  const skip = leaveOut.flatMap((path) => ['-not', '-path', path, '-not', '-path', `${path}/*`]);
  const args = [
    ...present,
    '-xdev',
    '-type',
    'f',
    '-path',
    `*${part}*`,
    ...skip,
    '-size',
    '-8M',
    '-exec',
    'cat',
    '{}',
    '+',
  ];
  const { stdout } = spawnSync('find', args, { maxBuffer: 2 ** 30, timeout: 60_000 });
  return stdout;
}

/** The folders in which an engine and its runtimes keep what they know of containers. */
function engineRoots(lab: Lab): readonly string[] {
  if (lab.ground.engine === 'docker') {
    const root = lab.engine(['info', '--format', '{{.DockerRootDir}}']).trim();
    return [`${root}/containers`, '/run/docker', '/run/containerd'];
  }
  const store = JSON.parse(lab.engine(['info', '--format', '{{json .Store}}'])) as { graphRoot: string };
  return [`${store.graphRoot}/overlay-containers`, lab.ground.runtimeDir ?? '/run/user'];
}
