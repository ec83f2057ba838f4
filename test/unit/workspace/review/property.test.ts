import { appendFileSync, chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { land } from './landing.ts';
import { git, makePlaces, type Places } from './places.ts';
import { filesIn, perform, sequences } from './sequences.ts';

// CI has a time limit; AGENTBOX_TEST_ALL=1 tries a thousand.
const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
const RUNS = ALL ? 340 : 25;
const LIMIT = ALL ? 3_600_000 : 240_000;

let template: Places;
beforeAll(() => {
  template = makePlaces((project) => {
    mkdirSync(join(project, 'src'));
    mkdirSync(join(project, 'deep/er'), { recursive: true });
    const text = Array.from({ length: 12 }, (_, line) => `line ${line}\n`).join('');
    for (const path of ['a.txt', 'src/b.txt', 'src/c.txt', 'deep/er/file'])
      writeFileSync(join(project, path), text + path);
    writeFileSync(join(project, 'crlf.txt'), text.replaceAll('\n', '\r\n'));
    writeFileSync(join(project, 'binary'), Buffer.from([0, 255, 1, 13, 10]));
    writeFileSync(join(project, 'run.sh'), '#!/bin/sh\n');
    chmodSync(join(project, 'run.sh'), 0o755);
    symlinkSync('a.txt', join(project, 'link'));
    git(project, 'add', '-A');
    git(project, 'commit', '-qm', 'first');
    writeFileSync(join(project, 'host.txt'), 'not committed\n');
  });
});
afterAll(() => template.close());

/** What the host's user did meanwhile, in files that no sequence touches. */
const HOSTS = {
  'a host that stayed as it was': () => {},
  'a host that went on': (project: string) => {
    appendFileSync(join(project, 'crlf.txt'), 'of the host\r\n');
    mkdirSync(join(project, 'host'));
    writeFileSync(join(project, 'host/new.txt'), 'of the host');
    git(project, 'add', 'crlf.txt', 'host');
    git(project, 'commit', '-qm', 'of the host');
  },
  'a host with work that is not committed': (project: string) => {
    appendFileSync(join(project, 'crlf.txt'), 'of the host\r\n');
    chmodSync(join(project, 'binary'), 0o755);
    writeFileSync(join(project, 'host.txt'), 'changed again');
    writeFileSync(join(project, 'staged.txt'), 'staged');
    git(project, 'add', 'staged.txt', 'binary');
  },
};

const HOST_FILES = ['crlf.txt', 'binary', 'host.txt', 'host/new.txt', 'staged.txt'];

test.each(Object.entries(HOSTS))(
  'whatever is done in a clone, its files are exactly those of the project afterwards: %s',
  { timeout: LIMIT },
  async (_name, change) => {
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const places = template.copy();
        try {
          perform(places.clone, steps);
          change(places.project);
          const own = Object.entries(filesIn(places.project)).filter(([path]) => HOST_FILES.includes(path));
          const staged = git(places.project, 'diff', '--cached', '--name-only');
          const wanted = { ...filesIn(places.clone), ...Object.fromEntries(own) };
          const { plan, written } = await land(places);
          expect({ plan: plan.kind, written }).toMatchObject({ plan: 'ready', written: { done: true } });
          expect(filesIn(places.project)).toEqual(wanted);
          expect(git(places.project, 'diff', '--cached', '--name-only')).toBe(staged);
          expect(subjects(places.project).filter((subject) => subject !== 'of the host')).toEqual(
            subjects(places.clone),
          );
        } finally {
          places.close();
        }
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: LIMIT - 30_000, endOnFailure: true },
    );
  },
);

const subjects = (dir: string) => git(dir, 'log', '-z', '--format=%s').split('\0');
