import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';

describe.each(grounds().map((ground) => [ground.name, ground] as const))('run --scratch on %s', (_, ground) => {
  let lab: Lab;
  const scratch = (client = 'acme') => join(lab.data, 'clients', client, 'scratch');

  beforeAll(() => {
    lab = makeLab(ground);
    const client = { network: 'none', allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'] };
    lab.config(JSON.stringify({ defaults: client, clients: { acme: {}, globex: {} } }));
  });

  afterAll(() => lab?.close());

  const run = (args: readonly string[], script: string) =>
    lab.agentbox(['run', ...args, ...ground.flags, '--agent', 'shell', '--', 'bash', '-c', script], { cwd: '/' });

  it('works in a folder of the client, which stays', async () => {
    const first = await run(['--scratch', '--client', 'acme'], 'pwd; echo kept > note; ls -A');
    expect(first, first.stderr).toMatchObject({ code: 0, stdout: '/workspace\nnote\n' });
    expect(readFileSync(join(scratch(), 'note'), 'utf8')).toBe('kept\n');
    expect(statSync(scratch())).toMatchObject({ uid: ground.owner.uid });
    expect(statSync(scratch()).mode & 0o777).toBe(0o700);
    expect((await run(['--scratch', '--client', 'acme'], 'cat note')).stdout).toBe('kept\n');
    expect((await run(['--scratch', '--client', 'globex'], 'ls -A')).stdout).toBe('');
  });

  it('leaves the rest of agentbox’s folders refused', async () => {
    for (const path of [join(lab.data, 'clients/acme'), scratch('globex'), lab.data]) {
      const ended = await run([path, '--client', 'acme'], 'true');
      expect(ended).toMatchObject({ code: 125, stderr: expect.stringMatching(/is refused|belongs to/) });
    }
  });

  it('shows the folder as the box’s project, and writes nothing in a dry run', async () => {
    const args = ['run', '--scratch', '--client', 'globex', ...ground.flags, '--dry-run', '--json', '--agent', 'shell'];
    const plan = JSON.parse((await lab.agentbox(args)).stdout);
    expect(plan.box.labels['dev.agentbox.project']).toBe(scratch('globex'));
    expect(plan.box.mounts[0]).toMatchObject({ source: scratch('globex'), target: '/workspace', write: true });
    const other = await lab.agentbox(['run', '--scratch', '--dry-run', ...ground.flags, '--agent', 'shell']);
    expect(other, other.stderr).toMatchObject({ code: 0 });
    expect(existsSync(scratch('default'))).toBe(false);
  });

  it('is not for a project', async () => {
    const ended = await run(['--scratch', lab.project], 'true');
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--scratch') });
  });

  it('is known to client show, reset, export and rm', async () => {
    const client = (...args: string[]) => lab.agentbox(['client', ...args]);
    expect(JSON.parse((await client('show', 'acme', '--json')).stdout).scratch).toBe(scratch());
    const file = join(lab.home, 'acme.tar.gz');
    expect(await client('export', 'acme', '-o', file)).toMatchObject({ code: 0 });
    expect(existsSync(file)).toBe(true);
    const reset = await client('reset', 'acme', '--yes');
    expect(reset.stderr).toContain(`its scratch folder stays: ${scratch()}`);
    expect(existsSync(join(scratch(), 'note'))).toBe(true);
    expect(await client('rm', 'acme', '--yes')).toMatchObject({ code: 0 });
    expect(existsSync(scratch())).toBe(false);
  });
});
