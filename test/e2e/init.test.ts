import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { openTerminal } from './support/terminal.ts';

const UP = '\u001b[A';
const ENTER = '\r';
const CTRL_C = '\u0003';

// The wizard asks no engine but for its facts, so that one ground is enough.
const docker = grounds().filter(({ engine, gvisor }) => engine === 'docker' && !gvisor);

describe.each(docker.map((ground) => [ground.name, ground] as const))(
  'agentbox init on a terminal, %s',
  (_, ground) => {
    let lab: Lab;

    beforeAll(() => {
      lab = makeLab(ground);
      lab.write(join(lab.project, 'package.json'), '{}');
    });
    afterAll(() => lab?.close());

    const open = (env: Readonly<Record<string, string>> = {}) => openTerminal(lab.argv(['init'], env), lab.project);
    const file = () => join(lab.home, '.config/agentbox/config.yaml');
    /** Presses keys when a question is there, whose answers begin as `pattern`. */
    const answer = async (terminal: ReturnType<typeof open>, pattern: RegExp, ...keys: readonly string[]) => {
      await terminal.until(pattern);
      for (const key of keys) {
        terminal.type(key);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };

    it('leads from nothing to a run', { timeout: 600_000 }, async () => {
      const terminal = open();
      await answer(terminal, /Whose work[^◆]*proj/, ENTER);
      // Claude Code is marked; the shell is the last one, which is reached upwards.
      await answer(terminal, /Which agents[\s\S]*shell/, ' ', UP, ' ', ENTER);
      await answer(terminal, /besides their model[\s\S]*npm[^\n]*package\.json/, ENTER);
      await answer(terminal, /What do boxes get[\s\S]*read-only/, ENTER);
      await answer(terminal, /Write it\?/, ENTER);
      await terminal.until(/Start shell here now\?/, 580_000);
      terminal.type(ENTER);
      await terminal.until(/:\/workspace\$/, 60_000);
      terminal.type('echo "I am $(whoami) in $PWD"; exit 3\r');
      await terminal.until(/I am agent in \/workspace/);
      expect(await terminal.end(60_000)).toBe(3);
      expect(readFileSync(file(), 'utf8')).toBe(
        `clients:\n  proj:\n    projects: [ ${lab.project} ]\n    agent: shell\n    allow: [ npm ]\n`,
      );
      expect(statSync(file()).mode & 0o777).toBe(0o600);
    });

    it('shows the second time that all is there, and Ctrl-C changes nothing', async () => {
      const before = readFileSync(file(), 'utf8');
      const again = open();
      await answer(again, /of client proj/);
      await answer(again, /Whose work[^◆]*proj/, ENTER);
      await answer(again, /Change it\?/, ENTER);
      await answer(again, /Start shell here now\?/, 'n');
      expect(await again.end()).toBe(0);
      expect(again.text()).toContain('client proj stays as it is');
      expect(again.text()).toMatch(/next: agentbox run\r\n/);
      const stopped = open();
      await answer(stopped, /Whose work/, CTRL_C);
      expect(await stopped.end()).toBe(130);
      expect(stopped.text()).toContain('nothing was written');
      expect(readFileSync(file(), 'utf8')).toBe(before);
    });

    it('says what to install where no engine is, and takes flags in the place of a terminal', async () => {
      const flags = ['--client', 'acme', '--project', lab.home, '--agent', 'claude', '--key-from', 'store:file'];
      const refused = await lab.agentbox(['init', ...flags]);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('next: agentbox init --yes --client');
      const env = { DOCKER_HOST: `unix://${lab.dir}/no.sock`, PATH: dirname(process.execPath) };
      const set = await lab.agentbox(['init', '--yes', ...flags], { input: 'sk-ant-api03-of-acme\n', env });
      expect(set.code, set.stderr).toBe(0);
      expect(set.stderr).toMatch(/no\.sock/);
      expect(set.stderr).not.toContain('of-acme');
      expect(readFileSync(file(), 'utf8')).toContain('ANTHROPIC_API_KEY: { store: file }');
      expect(readFileSync(join(lab.data, 'secrets/acme/ANTHROPIC_API_KEY'), 'utf8')).toBe('sk-ant-api03-of-acme');
    });
  },
);
