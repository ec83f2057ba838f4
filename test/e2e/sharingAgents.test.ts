import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sessionGrounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { type OwnImage, standInAgent } from './support/standInAgent.ts';

interface Shared {
  readonly login: string;
  readonly text: string;
  /** What the agent on the host runs or obeys, with content that it takes. */
  readonly sinks: Readonly<Record<string, string>>;
  readonly history: string;
  /** A file of the history that only a box makes. */
  readonly open: string;
  /** One of the sinks that a box makes when it is not there. */
  readonly makes: string;
}

/** By agent; the directory is named for it. */
const AGENTS: Readonly<Record<string, Shared>> = {
  codex: {
    login: 'auth.json',
    text: '{"auth_mode":"chatgpt","tokens":{"access_token":"a","refresh_token":"r"}}',
    sinks: {
      'config.toml': 'model = "gpt"\n',
      'work.config.toml': 'model = "gpt"\n',
      'hooks.json': '{}',
      'AGENTS.md': 'be kind',
      'rules/default.rules': '',
      'skills/mine/SKILL.md': 'mine',
    },
    history: 'sessions/old.jsonl',
    open: 'sessions/new.jsonl',
    makes: 'hooks.json',
  },
  gemini: {
    login: 'oauth_creds.json',
    text: '{"access_token":"a","refresh_token":"r"}',
    sinks: {
      'settings.json': '{"security":{"auth":{"selectedType":"oauth-personal"}}}',
      'GEMINI.md': 'be kind',
      'trustedFolders.json': '{}',
      'commands/deploy.toml': 'prompt = "deploy"',
      'extensions/one/gemini-extension.json': '{}',
    },
    history: 'tmp/old.jsonl',
    open: 'tmp/new.jsonl',
    makes: 'GEMINI.md',
  },
  copilot: {
    login: 'config.json',
    text: '// managed\n{"firstLaunchAt":"2026","authTokens":{"https://github.com:me":{"token":"gho_x"}}}',
    sinks: {
      'config.json': '// managed\n{"firstLaunchAt":"2026","authTokens":{"https://github.com:me":{"token":"gho_x"}}}',
      'settings.json': '{}',
      'mcp-config.json': '{"mcpServers":{}}',
      'copilot-instructions.md': 'be kind',
      'hooks/check.json': '{}',
    },
    history: 'session-state/old.jsonl',
    open: 'session-state/new.jsonl',
    makes: 'settings.json',
  },
};

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))(
  'share_host_login on %s',
  (_, ground) => {
    let lab: Lab;
    let image: OwnImage;

    beforeAll(async () => {
      lab = makeLab(ground);
      image = await standInAgent(lab);
      const degraded = ['memory-limit', 'cpus-limit', 'pids-limit'];
      const acme = { share_host_login: true, image: image.ref, network: 'none', allow_degraded: degraded };
      lab.config(JSON.stringify({ clients: { acme } }));
    });

    afterAll(() => {
      image?.remove();
      lab?.close();
    });

    const run = (agent: string, script: string, ...flags: string[]) =>
      lab.agentbox(['run', '.', ...ground.flags, '--client', 'acme', '--agent', agent, ...flags, '--', '-p', script]);

    describe.each(Object.entries(AGENTS))('of %s', (agent, { login, text, sinks, history, open, makes }) => {
      const shared = (path: string) => join(lab.home, `.${agent}`, path);
      const read = (path: string) => readFileSync(shared(path), 'utf8');
      const names = Object.keys(sinks).flatMap((file) => [...new Set([file, file.split('/')[0] ?? file])]);
      const ways = (name: string) => [
        `echo evil >> ${name}`,
        `rm -rf ${name}`,
        `mv ${name} moved`,
        `cp -r ${name} new; mv -fT new ${name}`,
      ];
      /** Prints a line for each change that works. */
      const tamper = (files: readonly string[]) =>
        files
          .flatMap(ways)
          .map((attempt) => `(${attempt}) 2>/dev/null && echo 'done: ${attempt}'`)
          .join('\n');

      beforeEach(() => {
        rmSync(shared(''), { recursive: true, force: true });
        for (const [file, content] of Object.entries({ [login]: text, ...sinks, [history]: 'of the host' }))
          lab.write(shared(file), content);
        if (process.getuid?.() === 0) spawnSync('chown', ['-R', `${ground.owner.uid}:${ground.owner.gid}`, shared('')]);
      });

      it('brings the login and the history, takes the box’s, and leaves what the host runs as it was', async () => {
        const script = [
          `cd ~/.${agent}`,
          `cat ${login} ${history}`,
          `echo of the box > ${open}`,
          tamper(names),
          'true',
        ];
        const ended = await run(agent, script.join('\n'));
        expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: `${text}of the host` });
        expect(ended.stderr).toMatch(/share_host_login: .* reads and writes/);
        expect(ended.stderr).not.toContain('look at it');
        expect(read(open)).toBe('of the box\n');
        for (const [file, content] of Object.entries(sinks)) expect(read(file), file).toBe(content);
      });

      it('lets every such change through in what is not covered, and tells of what is new', async () => {
        rmSync(shared(makes));
        const change = ways('plain').map((way) => `echo x > plain; (${way}) && echo done`);
        const ended = await run(agent, [`cd ~/.${agent}`, ...change, `echo evil > ${makes}`].join('\n'));
        expect(ended.stdout).toBe('done\n'.repeat(change.length));
        expect(ended.stderr).toContain(`${shared(makes)} is new or was replaced: look at it`);
      });
    });

    it('is refused for an agent that keeps its things elsewhere', async () => {
      const ended = await run('opencode', 'true');
      expect(ended).toMatchObject({ code: 125, stderr: expect.stringContaining('not there for opencode') });
      expect(ended.stderr).toContain('three directories');
      const creds = await lab.agentbox(['creds', '--client', 'acme', '--agent', 'opencode']);
      expect(creds.stdout).toMatch(/share_host_login +none +none .*missing: it keeps its things in three directories/);
    });
  },
);
