import type { DoctorFacts, KernelFacts } from './facts.ts';
import { type Finding, finding, type Grade } from './finding.ts';

/** As many as one box needs. */
const IDS = 65_536;
const PODMAN_PROFILE = '/etc/apparmor.d/podman';

/** What is to be said of user namespaces, which rootless Podman is made of; nothing where it is no matter. Pure. */
export function judgeNamespaces({ engines, kernel, noEngine }: DoctorFacts): readonly Finding[] {
  const podman = engines.find(({ kind, state }) => kind === 'podman' && state !== 'absent');
  const matters = podman !== undefined || noEngine !== undefined;
  if (kernel === undefined || kernel.isRoot || !matters) return [];
  // A Podman that does its work, and one that nobody uses, is in nobody's way.
  const isUsed = podman?.chosen === true || noEngine !== undefined;
  const grade: Grade = isUsed && podman?.state !== 'works' ? 'problem' : 'note';
  const faults = [...namespaceFaults(kernel, grade), ...idFaults(kernel, grade)];
  if (faults.length > 0 || podman === undefined) return faults;
  return [finding('kernel', 'ok', `user namespaces for rootless Podman, with ${kernel.subuids} ids of ${kernel.user}`)];
}

function namespaceFaults(kernel: KernelFacts, grade: Grade): readonly Finding[] {
  const { maxUserNamespaces: max, unprivilegedClone: clone, apparmorRestricts: apparmor, podmanProfile } = kernel;
  const why = 'rootless Podman makes one for every box';
  return [
    ...(max === 0
      ? [
          finding('kernel', grade, 'user namespaces are turned off (user.max_user_namespaces is 0)', {
            why,
            next: keep('user.max_user_namespaces=28633'),
          }),
        ]
      : []),
    ...(clone === false
      ? [
          finding('kernel', grade, 'only root may make user namespaces (kernel.unprivileged_userns_clone is 0)', {
            why,
            next: keep('kernel.unprivileged_userns_clone=1'),
          }),
        ]
      : []),
    ...(apparmor === true && !podmanProfile
      ? [
          finding('kernel', grade, 'AppArmor keeps programs without a profile from user namespaces', {
            why: `${why}, and there is no ${PODMAN_PROFILE} (kernel.apparmor_restrict_unprivileged_userns is 1)`,
            next: [
              `install Podman and AppArmor of the distribution, which bring ${PODMAN_PROFILE}`,
              'or, for every program: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
            ],
          }),
        ]
      : []),
  ];
}

function idFaults({ user, subuids, subgids, newuidmap }: KernelFacts, grade: Grade): readonly Finding[] {
  const few = subuids < IDS || subgids < IDS;
  return [
    ...(few
      ? [
          finding('kernel', grade, `${user} has ${subuids} further user ids and ${subgids} group ids, of ${IDS}`, {
            why: 'users in a box of rootless Podman are ids of these (/etc/subuid, /etc/subgid)',
            next: [
              `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}`,
              'podman system migrate',
            ],
          }),
        ]
      : []),
    ...(newuidmap
      ? []
      : [
          finding('kernel', grade, 'newuidmap is not installed', {
            why: 'rootless Podman gives a box its ids by it',
            next: ['sudo apt-get install uidmap (or the same of your distribution: shadow-utils)'],
          }),
        ]),
  ];
}

const keep = (setting: string) => [
  `sudo sysctl -w ${setting}`,
  `to keep it: echo ${setting} | sudo tee /etc/sysctl.d/99-agentbox.conf`,
];

/** What is to be said of SELinux; nothing where it is not there. Pure. */
export function judgeSelinux({ kernel, engines }: DoctorFacts): readonly Finding[] {
  const engine = engines.find(({ chosen }) => chosen)?.facts;
  if (kernel === undefined || kernel.selinux === 'off' || engine === undefined) return [];
  if (!engine.selinux) {
    return [
      finding('kernel', 'note', `SELinux is ${kernel.selinux}, and ${engine.kind} makes no use of it`, {
        why: 'boxes then have no label of their client, by which SELinux would keep its files from the boxes of others',
        next:
          engine.kind === 'docker'
            ? ['"selinux-enabled": true in /etc/docker/daemon.json, then: sudo systemctl restart docker']
            : ['label = true in containers.conf, section [containers]'],
      }),
    ];
  }
  if (kernel.selinux === 'enforcing') {
    return [finding('kernel', 'ok', 'SELinux is enforcing, and each client has a label of its own')];
  }
  return [
    finding('kernel', 'note', 'SELinux only warns (permissive)', {
      why: 'the labels of clients are there and keep nobody out',
      next: ['sudo setenforce 1'],
    }),
  ];
}

/** What is to be said of projects on a disk of Windows, seen from WSL2. Pure. */
export function judgeWsl({ kernel, projects }: DoctorFacts): readonly Finding[] {
  if (kernel?.wsl !== true) return [];
  return projects
    .filter((path) => /^\/mnt\/[a-z](\/|$)/.test(path))
    .map((path) =>
      finding('kernel', 'note', `${path} is on a disk of Windows`, {
        why: 'owner and mode of files are not kept there, git and guards go by them, and it is slow',
        next: ['keep projects in the file system of Linux, such as ~/work'],
      }),
    );
}
