import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bringBack } from '../../src/workspace/sync/bringBack.ts';
import { filesIn, perform, sequences } from '../unit/workspace/review/sequences.ts';
import { bindRun } from './support/bindRun.ts';
import { baseImage, findEngine } from './support/engines.ts';

// Two helper boxes a sequence; AGENTBOX_TEST_ALL=1 tries a thousand.
const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
const RUNS = ALL ? 1000 : 8;
const LIMIT = ALL ? 5_400_000 : 180_000;

/** What git says of branches, tags, the one that is checked out, the index and the history. */
const STATE =
  'git for-each-ref refs/heads refs/tags; git symbolic-ref -q HEAD || git rev-parse HEAD; git ls-files -s -z | sha256sum; git log --format="%T %s %an"';

/** What agents do with branches beside committing; what does not work out is left out. What is only staged stays in the box. */
const moves = fc.constantFrom(
  ...['git switch -qc "side-$N"', 'git tag "tag-$N"', 'git commit -q --amend --allow-empty -m amended'],
  ...['git switch -q main', 'git reset -q --soft HEAD~1 && git commit -q --allow-empty -m squashed'],
  ...['git checkout -q --detach', 'git branch -f keep'],
);

const test = findEngine('docker');
if (test !== undefined) {
  it('whatever a box commits, the host has exactly that afterwards', { timeout: LIMIT }, async () => {
    await baseImage(test);
    const rounds = fc.array(fc.tuple(sequences, moves), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => {
        const run = await bindRun(
          test,
          'git init -q -b main .; mkdir src deep; echo a > a.txt; echo b > src/b.txt; ln -s a.txt link; git add .; git commit -qm first',
        );
        try {
          for (const [n, [steps, move]] of all.entries()) {
            const commit = (_: string, message: string) =>
              void run.box(`git add -A; git commit -q --allow-empty -F - <<'END'\n${message}\nEND`);
            perform(run.project, [...steps, { kind: 'commit', path: 'the end' }], commit);
            run.box(`N=${n}; (${move}) >/dev/null 2>&1 || true`);
            const [state, files] = [run.box(STATE), filesIn(run.project)];
            await bringBack(run.context, test.engine, await run.record());
            expect(run.host(STATE)).toBe(state);
            expect(filesIn(run.project)).toEqual(files);
            run.host('git fsck --no-dangling');
          }
        } finally {
          await run.remove();
        }
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: LIMIT - 30_000, endOnFailure: true },
    );
  });
}
