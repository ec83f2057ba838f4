import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionGrounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { openScreen } from './support/screen.ts';

const WIDTHS = [80, 120] as const;
const KEY = { ACME_KEY: 'sk-ant-api03-0123456789abcdefghijklmnop' };
const ground = sessionGrounds().find(({ name }) => name === 'docker');

/** A command as it is typed, and what of its screen is compared. */
interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly code?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** A screen that asks is left with this, once it shows what is to be seen. */
  readonly leave?: { readonly at: RegExp; readonly keys: string };
  /** What a machine has shows in it: that it fits is all that is looked at. */
  readonly ofMachine?: boolean;
  /** It has paths and sentences of any length, which the terminal breaks. */
  readonly long?: boolean;
  readonly last?: number;
}

const CASES: readonly Case[] = [
  { name: 'help', args: ['--help'] },
  { name: 'run-help', args: ['run', '--help'] },
  { name: 'ls', args: ['ls', '--client', 'screens'] },
  { name: 'creds', args: ['creds', '--client', 'screens'], long: true },
  { name: 'net-show', args: ['net', 'show', '--client', 'screens'] },
  { name: 'net-log', args: ['net', 'log', '--client', 'screens'], long: true },
  { name: 'client-show', args: ['client', 'show', 'screens'], long: true },
  { name: 'config-show', args: ['config', 'show', '--client', 'screens'] },
  { name: 'diff', args: ['diff', '--stat'] },
  { name: 'usage', args: ['usage'] },
  {
    name: 'verify',
    args: ['verify', '--client', 'screens', '--network', 'none', '--runtime', 'runc'],
    last: 1,
    long: true,
  },
  { name: 'init', args: ['init'], code: 130, leave: { at: /◆/, keys: '\x03' }, ofMachine: true },
  { name: 'unknown-command', args: ['rnu'], code: 2 },
  { name: 'no-engine', args: ['ls'], code: 125, env: { DOCKER_HOST: 'unix:///nowhere.sock' } },
  { name: 'no-credentials', args: ['run', '--client', 'screens', '--agent', 'gemini'], code: 125, long: true },
];

if (ground !== undefined) {
  describe('the screen of', () => {
    let lab: Lab;

    beforeAll(async () => {
      lab = makeLab(ground);
      const client = {
        projects: [lab.project],
        allow: ['github', '*.acme.test'],
        credentials: { ANTHROPIC_API_KEY: { env: 'ACME_KEY' } },
        git: { name: 'Acme Robot', email: 'robot@acme.test' },
      };
      lab.config(
        JSON.stringify(
          { defaults: { engine: 'docker', runtime: 'runc', network: 'gateway' }, clients: { screens: client } },
          null,
          2,
        ),
      );
      const work =
        'curl -sm 5 https://example.com; echo more >> greeting.txt; git commit -qam more; echo new > new.txt';
      const run = [
        'run',
        '--client',
        'screens',
        '--agent',
        'shell',
        '--workspace',
        'clone',
        '.',
        '--',
        'sh',
        '-c',
        work,
      ];
      const ended = await lab.agentbox(run, { env: KEY, limit: 300_000 });
      expect(ended.stderr).toContain('example.com');
    }, 400_000);
    afterAll(() => lab?.close());

    it.each(CASES.flatMap((one) => WIDTHS.map((columns) => ({ ...one, columns }))))(
      '$name at $columns columns',
      async ({ name, args, columns, code = 0, env = {}, leave, ofMachine = false, long = false, last }) => {
        const screen = openScreen(lab.command(args), {
          ...{
            columns,
            rows: 200,
            cwd: lab.project,
            env: { ...lab.environment({ ...KEY, ...env }), LANG: 'C.UTF-8', PAGER: 'cat' },
          },
        });
        if (leave !== undefined) {
          await screen.until(leave.at);
          screen.type(leave.keys);
        }
        expect(await screen.end(), screen.lines().join('\n')).toBe(code);
        if (!long) expect(screen.broken()).toEqual([]);
        if (ofMachine) return;
        const lines = last === undefined ? screen.lines() : screen.lines().slice(-last);
        await expect(stable(lines.join('\n'), lab)).toMatchFileSnapshot(`screens/${name}.${columns}.txt`);
      },
    );
  });
}

/** What is another one each time is replaced by as many other characters, so that columns stay where they are. */
function stable(text: string, { dir }: Lab): string {
  return `${text
    .replaceAll(dir, '/home/you/agentbox-lab-here'.slice(0, dir.length).padEnd(dir.length, '-'))
    .replaceAll(/(?<=-)[0-9a-f]{4}(?=[ .:,]|$)/gm, '0000')
    .replaceAll(/\b[0-9a-f]{12,64}\b/g, (id) => '0'.repeat(id.length))
    .replaceAll(/\d+ (green|skipped)/g, '0 $1')
    .replaceAll(/\d{4}-\d\d-\d\d/g, '2026-01-01')
    .replaceAll(/\b\d\d:\d\d(:\d\d)?/g, (time) => '00:00:00'.slice(0, time.length))
    .replaceAll(/\b\d+(\.\d+)?( ?m?s)\b/g, (_, __, unit) => `0${unit}`)}\n`;
}
