import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelApi, startModelApi } from '../stand-ins/modelApi.ts';
import { sessionGrounds } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';
import { openTerminal } from './support/terminal.ts';

const HOUR = 3_600_000;
const login = (accessToken: string, more: object = {}) =>
  JSON.stringify({
    claudeAiOauth: { accessToken, expiresAt: Date.now() + 8 * HOUR, scopes: ['user:inference'], ...more },
  });

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))(
  'what a client keeps, %s',
  (_, ground) => {
    let lab: Lab;
    let api: ModelApi;

    beforeAll(async () => {
      lab = makeLab(ground);
      api = await startModelApi({ turns: [{ text: 'hello' }], host: '0.0.0.0' });
      const rules = join(lab.dir, 'rules');
      lab.write(join(rules, 'CLAUDE.md'), 'Always answer in one word.\n', 0o644);
      lab.config(`
defaults: { allow_degraded: [memory-limit, cpus-limit, pids-limit], network: none }
clients:
  acme:
    login: host
    agent_config: { claude: ${rules} }
  globex: { login: host }
`);
    });

    afterAll(async () => {
      lab?.close();
      await api?.close();
    });

    const state = (client: string, file: string) => join(lab.data, 'clients', client, 'agents/claude', file);
    const kept = (client: string) => JSON.parse(readFileSync(state(client, '.credentials.json'), 'utf8')).claudeAiOauth;
    const version = (client: string, ...more: readonly string[]) =>
      lab.agentbox(['run', '.', ...ground.flags, '--client', client, ...more, '--', '--version']);
    const hostLogin = (text: string) => lab.write(join(lab.home, '.claude/.credentials.json'), text);

    it('copies the host’s login without its refresh token', async () => {
      hostLogin(login('sk-ant-oat01-first', { refreshToken: 'sk-ant-ort01-host' }));
      expect(await version('acme')).toMatchObject({ code: 0 });
      expect(kept('acme')).toMatchObject({ accessToken: 'sk-ant-oat01-first' });
      expect(readFileSync(state('acme', '.credentials.json'), 'utf8')).not.toContain('sk-ant-ort01-host');
      expect(lstatSync(state('acme', '.credentials.json')).mode & 0o777).toBe(0o600);
      expect(existsSync(state('globex', '.credentials.json'))).toBe(false);
    });

    it('leaves a login that renews itself alone, until --fresh-creds or creds --fresh', async () => {
      lab.writeState(
        state('acme', '.credentials.json'),
        login('sk-ant-oat01-renewed', { refreshToken: 'sk-ant-ort01-own' }),
      );
      hostLogin(login('sk-ant-oat01-second'));
      await version('acme');
      expect(kept('acme').accessToken).toBe('sk-ant-oat01-renewed');
      expect(await version('acme', '--fresh-creds')).toMatchObject({ code: 0 });
      expect(kept('acme').accessToken).toBe('sk-ant-oat01-second');
      hostLogin(login('sk-ant-oat01-third'));
      const fresh = await lab.agentbox(['creds', '--fresh', '--client', 'acme'], {
        env: { AGENTBOX_ENGINE: ground.engine },
      });
      expect(fresh, fresh.stderr).toMatchObject({ code: 0 });
      expect(kept('acme').accessToken).toBe('sk-ant-oat01-third');
      expect(fresh.stdout + fresh.stderr).not.toContain('sk-ant-oat01');
    });

    it('links the client’s own configuration, read-only', () => {
      expect(lstatSync(state('acme', 'CLAUDE.md')).isSymbolicLink()).toBe(true);
      expect(existsSync(state('globex', 'CLAUDE.md'))).toBe(false);
    });

    it('starts the real Claude Code without one question', async () => {
      const argv = lab.argv([
        ...['run', '.', ...ground.flags, '--client', 'acme', '--network', 'open'],
        ...['--env', `ANTHROPIC_BASE_URL=http://${hostAddress()}:${api.port}`],
      ]);
      const terminal = openTerminal(argv, lab.project);
      await terminal.until(/bypass permissions on/, 60_000);
      expect(terminal.text()).not.toMatch(
        /trust this folder|Choose the text style|Select login method|Bypass Permissions mode, /,
      );
      terminal.type('\u0003');
      await new Promise((resolve) => setTimeout(resolve, 300));
      terminal.type('\u0003');
      expect(await terminal.end()).toBe(0);
    });

    it('runs the agent’s own login in a box of the client', async () => {
      const args = ['login', '--client', 'globex', ...ground.flags.slice(0, 2)];
      const terminal = openTerminal(lab.argv(args), lab.project);
      // No account can be reached here: the way there is what is shown.
      await terminal.until(/Paste code here/, 60_000);
      expect(terminal.text()).toMatch(/https:\/\/claude\.\w+\/.*oauth/);
      terminal.type('\u0003');
      expect(await terminal.end()).toBe(130);
    });

    it('keeps the history of shells', async () => {
      const shell = openTerminal(
        lab.argv(['run', '.', ...ground.flags, '--client', 'acme', '--agent', 'shell']),
        lab.project,
      );
      await shell.until(/agentbox.*\$/);
      shell.type('echo remembered-by-acme\r');
      await shell.until(/remembered-by-acme[\s\S]*remembered-by-acme/);
      shell.type('exit\r');
      expect(await shell.end()).toBe(0);
      const again = await lab.agentbox([
        ...['run', '.', ...ground.flags, '--client', 'acme', '--agent', 'shell', '--', 'sh', '-c', 'cat $HISTFILE'],
      ]);
      expect(again.stdout).toContain('echo remembered-by-acme');
      const other = await lab.agentbox([
        ...['run', '.', ...ground.flags, '--client', 'globex', '--agent', 'shell', '--', 'sh', '-c', 'cat $HISTFILE'],
      ]);
      expect(other.stdout).not.toContain('remembered-by-acme');
    });
  },
);
