import { describe, expect, it } from 'vitest';
import { podmanTrouble } from '../../../src/engine/podman/errors.ts';

const WARNING = 'time="2026-11-20T18:58:27Z" level=warning msg="The cgroupv2 manager is set to systemd"\n';

/** What podman 4.3.1 wrote, and what becomes of it. */
const RECORDED: readonly (readonly [stderr: string, trouble: string, message: RegExp])[] = [
  ['Error: agentbox/claude:1f3c: image not known', 'image', /podman has no image agentbox\/claude:1f3c/],
  ['[]\nError: inspecting object: nosuch: image not known', 'image', /no image nosuch/],
  [
    'Error: short-name "nosuch" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"',
    'image',
    /no image nosuch/,
  ],
  ['Error: default OCI runtime "kata" not found: invalid argument', 'engine', /no runtime kata/],
  [
    'Error: OCI runtime error: crun: cgroups in hybrid mode not supported, drop all controllers from cgroupv2',
    'engine',
    /cannot set up cgroups/,
  ],
  [
    'Error: runsc: creating container: cannot set up cgroup for root: configuring cgroup: mkdir /sys/fs/cgroup/cpuset/b8b4: permission denied: OCI permission denied',
    'engine',
    /cannot set up cgroups/,
  ],
  [
    `${WARNING}time="2026-11-20T18:55:24Z" level=error msg="Removing container 0772 from runtime after creation failed"\nError: container create failed (no logs from conmon): conmon bytes "": readObjectStart: expect { or n, but found  , error found in #0 byte of ...||..., bigger context ...||...`,
    'engine',
    /runtime could not create the box/,
  ],
  [
    'Error: runc: runc create failed: unable to start container process: exec: "/usr/bin/tini": stat /usr/bin/tini: no such file or directory: OCI runtime attempted to invoke a command that was not found',
    'engine',
    /runtime could not create the box/,
  ],
  [
    'Error: OCI runtime error: runc: runc create failed: unable to start container process: unable to setup user: invalid argument',
    'engine',
    /runtime could not create the box/,
  ],
  [
    'Error: command required for rootless mode with multiple IDs: exec: "newuidmap": executable file not found in $PATH',
    'engine',
    /rootless podman is not set up/,
  ],
  [
    'time="2026-11-20T18:58:27Z" level=error msg="cannot find UID/GID for user me: no subuid ranges found for user \\"me\\" in /etc/subuid - check rootless mode in man pages."\nError: something else',
    'engine',
    /rootless podman is not set up/,
  ],
  [
    'Error: writing blob: adding layer with blob "sha256:dc10": processing tar file(write /usr/share/x: no space left on device): exit status 1',
    'engine',
    /no space is left/,
  ],
  ['Error: statfs /home/user/gone: no such file or directory', 'project', /\/home\/user\/gone is not there/],
  ['Error: statfs /root/.ssh: permission denied', 'project', /may not read \/root\/\.ssh/],
  [
    'Error: creating container storage: the container name "agentbox-x" is already in use by 97960cf2. You have to remove that container to be able to reuse that name: that name is already in use',
    'box',
    /a box named agentbox-x already/,
  ],
  ['Error: no container with name or ID "agentbox-x" found: no such container', 'box', /no box agentbox-x/],
  ['[]\nError: inspecting object: no such object: "agentbox-x"', 'box', /no box agentbox-x/],
  ['Error: inspecting object: no such container agentbox-x', 'box', /no box agentbox-x/],
  [
    'Error: can only create exec sessions on running containers: container state improper',
    'box',
    /the box is not running/,
  ],
  ['Error: you can only attach to running containers', 'box', /the box is not running/],
  [
    'Error: could not find slirp4netns, the network namespace can\'t be configured: exec: "slirp4netns": executable file not found in $PATH',
    'engine',
    /needs slirp4netns/,
  ],
  ["Error: unknown flag: --preserve-fds\nSee 'podman run --help'", 'engine', /does not know --preserve-fds/],
  [
    'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`\nError: unable to connect to Podman socket: Get "http://d/v4.3.1/libpod/_ping": dial unix /tmp/nosuch.sock: connect: no such file or directory',
    'engine',
    /machine is not running/,
  ],
];

describe('what podman says', () => {
  it.each(RECORDED)('%s', (stderr, trouble, message) => {
    const error = podmanTrouble({ kind: 'said', stderr });
    expect(error.trouble).toBe(trouble);
    expect(error.message).toMatch(message);
    expect(error.next.length).toBeGreaterThan(0);
  });

  it('gives the last line as the reason, without its prefix, whatever warnings stand before it', () => {
    const error = podmanTrouble({ kind: 'said', stderr: `${WARNING}Error: something new` });
    expect(error).toMatchObject({ trouble: 'engine', message: 'podman failed', why: 'something new' });
  });

  it('has a reason for silence', () => {
    expect(podmanTrouble({ kind: 'said', stderr: '' }).why).toBe('it said nothing');
  });

  it('tells apart a podman that is missing and one that hangs', () => {
    expect(podmanTrouble({ kind: 'missing', command: '/usr/bin/podman' }).message).toBe('/usr/bin/podman is not there');
    const slow = podmanTrouble({ kind: 'slow', doing: 'ps', timeout: 60_000 });
    expect(slow).toMatchObject({ message: 'podman does not answer', why: 'podman ps took longer than 60 s' });
  });
});
