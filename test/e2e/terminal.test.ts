import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { openTerminal } from './support/terminal.ts';

describe.each(grounds().map((ground) => [ground.name, ground] as const))('a run on a terminal, %s', (_, ground) => {
  let lab: Lab;

  beforeAll(() => {
    lab = makeLab(ground);
    lab.config('defaults: { agent: shell, allow_degraded: [memory-limit, cpus-limit, pids-limit], network: none }');
  });

  afterAll(() => lab?.close());

  const open = (...args: readonly string[]) =>
    openTerminal(
      lab.argv([
        'run',
        '.',
        ...ground.flags,
        '--env',
        'TOKEN=t0ken-value',
        ...(args.length > 0 ? ['--', ...args] : []),
      ]),
      lab.project,
    );

  it('has the size of the terminal from the start, follows it, and echoes no secret', async () => {
    const terminal = open('bash', '-c', 'stty size; trap "stty size" WINCH; echo ready; while :; do sleep 0.1; done');
    await terminal.until(/30 100\r\nready/);
    terminal.resize(120, 40);
    await terminal.until(/40 120/);
    expect(terminal.text()).not.toContain('t0ken-value');
    terminal.type('\u0003');
    expect(await terminal.end()).toBe(130);
  });

  it('hands Ctrl-P and Ctrl-C on at once', async () => {
    const terminal = open('bash', '-c', 'stty raw -echo; echo ready; head -c 2 | od -An -tx1; exit 7');
    await terminal.until(/ready/);
    terminal.type('\u0010');
    await new Promise((resolve) => setTimeout(resolve, 300));
    terminal.type('\u0003');
    await terminal.until(/10 03/);
    expect(await terminal.end()).toBe(7);
  });

  it('is a login shell with a name, a home and a history when nothing is said', async () => {
    const terminal = open();
    terminal.type('echo "I am $(whoami) in $PWD, $TOKEN"; exit 3\r');
    await terminal.until(/I am agent in \/workspace, t0ken-value/);
    expect(await terminal.end()).toBe(3);
  });

  it('survives a closed terminal, and can be attached to, read, signalled and removed', async () => {
    const terminal = open('bash', '-c', 'echo still-here; read -r line; echo "got $line"; exit 5');
    await terminal.until(/still-here/);
    terminal.kill('SIGHUP');
    await terminal.end();
    const name = await onlyBox();
    expect((await lab.agentbox(['logs', name])).stdout).toContain('still-here');
    const again = openTerminal(lab.argv(['attach', name]), lab.project);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    again.type('hello\r');
    await again.until(/got hello/);
    expect(await again.end()).toBe(5);
    expect(await lab.agentbox(['rm', name])).toMatchObject({ code: 0 });
    expect(await boxes()).toEqual([]);
  });

  it('leaves a box that can be stopped when the launcher is killed', async () => {
    const terminal = open('bash', '-c', 'echo up; sleep 300');
    await terminal.until(/up/);
    terminal.kill('SIGKILL');
    await terminal.end();
    const name = await onlyBox();
    const inside = await lab.agentbox(['exec', name, '--', 'sh', '-c', 'echo "in $PWD, token=$TOKEN"; exit 4']);
    expect(inside).toMatchObject({ code: 4, stdout: 'in /workspace, token=\n' });
    expect((await lab.agentbox(['rm', name])).stderr).toContain('is running');
    expect(await lab.agentbox(['stop', name])).toMatchObject({ code: 0 });
    expect(await lab.agentbox(['rm', name])).toMatchObject({ code: 0 });
  });

  async function boxes(): Promise<readonly { name: string; state: string; project: string }[]> {
    const { stdout } = await lab.agentbox(['ls', '--json', ...ground.flags.slice(0, 2)]);
    const all = JSON.parse(stdout) as { name: string; state: string; project: string }[];
    return all.filter((box) => box.project === lab.project);
  }

  async function onlyBox(): Promise<string> {
    const [box, ...more] = await boxes();
    expect(more).toEqual([]);
    expect(box?.state).toBe('running');
    return box?.name ?? '';
  }
});
