import { join } from 'node:path';
import { borrowedObjects } from '../../workspace/git/places.ts';
import type { VerifyFacts } from '../facts.ts';
import { attack, control, type Probe } from '../probe.ts';
import { GUARDED, OBJECT, ORDINARY, PLANTS, SECRETS } from '../project.ts';

/** What the box writes wherever it may. */
export const PLANTED = 'planted by agentbox verify\n';

const WORKS = { kind: 'works' } as const;

/** G4, G6 and G8 on the project: what the box may not see, may not change, and leaves. Pure. */
export function projectsHold({ box: { workdir } }: Pick<VerifyFacts, 'box'>): readonly Probe[] {
  return [...masked(workdir), ...git(workdir), ...guarded(workdir), ...left(workdir), ...KEPT];
}

function masked(workdir: string): readonly Probe[] {
  const { masked, example } = SECRETS;
  const path = join(workdir, masked);
  return [
    attack('G4', 'mask-example', `${example} can be read (control)`, ['read', join(workdir, example)], {
      kind: 'shows',
      check: (text) => (text.startsWith('SECRET=') ? undefined : 'it is another'),
    }),
    attack('G4', 'mask-read', `${masked} is empty`, ['read', path], {
      kind: 'shows',
      check: (text) => (text === '' ? undefined : 'there is something in it'),
    }),
    attack('G4', 'mask-write', `${masked} cannot be written`, ['open', path]),
    attack('G4', 'mask-move', `what lies over ${masked} cannot be moved away`, ['move', path]),
    attack('G4', 'mask-remove', 'nor removed', ['remove', path]),
    host('G4', 'mask-kept', `${masked} of the host is as it was`),
  ];
}

function git(workdir: string): readonly Probe[] {
  const own = join(workdir, '.git');
  const [objects = ''] = borrowedObjects({ objects: [''] }, 0);
  return [
    ...['config', 'HEAD', 'hooks/post-checkout'].map((name) =>
      control('G6', `git-${name}`, `the box can write a .git/${name} of its own (control)`, [
        'over',
        join(own, name),
        PLANTED,
      ]),
    ),
    host('G6', 'git', 'the host’s .git has not changed by a byte'),
    attack('G6', 'git-move', '.git cannot be moved away', ['move', own]),
    control('G6', 'objects', 'the host’s objects can be read (control)', ['read', join(objects, OBJECT)]),
    attack('G6', 'objects-add', 'no object can be added to the host’s', ['write', objects]),
    attack('G6', 'objects-write', 'nor one of them be written', ['open', join(objects, OBJECT)]),
  ];
}

function guarded(workdir: string): readonly Probe[] {
  const plain = join(workdir, ORDINARY.file);
  return [
    attack('G6', 'plain-write', 'an ordinary file can be written (control)', ['open', plain], WORKS),
    attack('G6', 'plain-replace', 'replaced (control)', ['replace', plain, PLANTED], WORKS),
    attack('G6', 'plain-remove', 'and removed (control)', ['remove', plain], WORKS),
    attack('G6', 'plain-move', 'a folder can be renamed (control)', ['move', join(workdir, ORDINARY.folder)], WORKS),
    ...GUARDED.flatMap(({ path, above }) => {
      const inBox = join(workdir, path);
      return [
        control('G6', `guard-${path}`, `${path} is there (control)`, ['read', inBox]),
        attack('G6', `guard-write-${path}`, `${path} cannot be written`, ['open', inBox]),
        attack('G6', `guard-replace-${path}`, `${path} cannot be replaced`, ['replace', inBox, PLANTED]),
        attack('G6', `guard-move-${path}`, `${path} cannot be moved away`, ['move', inBox]),
        attack('G6', `guard-remove-${path}`, `${path} cannot be removed`, ['remove', inBox]),
        ...(above === undefined
          ? []
          : [
              attack('G6', `guard-above-${path}`, `${above} above it cannot be moved away`, [
                'move',
                join(workdir, above),
              ]),
            ]),
      ];
    }),
    host('G6', 'guarded', 'the host’s guarded files are as they were'),
  ];
}

function left(workdir: string): readonly Probe[] {
  return PLANTS.flatMap(({ id, what, path, inside }) => [
    control('G6', `plant-${id}`, `${what} can be left in the project: ${path} (control)`, [
      'plant',
      join(workdir, path),
      PLANTED,
      ...inside,
    ]),
    host('G6', `aside-${id}`, `${what} is not in the host’s project afterwards: ${path}`),
  ]);
}

const KEPT: readonly Probe[] = [
  host('G8', 'aside-kept', 'what was moved aside is there, whole'),
  { ...host('G8', 'aside-back', 'and comes back when it is asked for (control)'), expect: WORKS },
];

/** What the host looks at after the end of the box; the observations come from ../host. */
function host(group: Probe['group'], id: string, title: string): Probe {
  return { id, group, title, expect: { kind: 'fails' } };
}
