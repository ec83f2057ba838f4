import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: unknown;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

describe.each(['.github/workflows/ci.yml', '.github/workflows/release.yml', 'examples/github-actions.yml'])(
  '%s',
  (path) => {
    const workflow = parse(read(path)) as Workflow;
    const jobs = Object.entries(workflow.jobs);
    const steps = jobs.flatMap(([, job]) => job.steps);

    test('has jobs with a time limit, and a token that only reads unless a job says more', () => {
      expect(workflow.on).toBeDefined();
      expect(workflow.permissions).toEqual({ contents: 'read' });
      expect(jobs.length).toBeGreaterThan(0);
      for (const [name, job] of jobs) expect(job['timeout-minutes'], name).toBeGreaterThan(0);
    });

    test('puts no expression into a script, where it would be read as a part of it', () => {
      expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
    });

    test('takes actions of GitHub alone, each of a version', () => {
      for (const { uses } of steps) expect(uses ?? 'actions/x@v1').toMatch(/^actions\/[a-z-]+@(v\d+|[0-9a-f]{40})$/);
    });
  },
);

test('what CI runs is there, and ends in scripts/test', () => {
  expect(read('.ci/run')).toContain('scripts/test');
});
