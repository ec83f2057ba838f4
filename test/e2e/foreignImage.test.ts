import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversation, type ModelApi, startModelApi } from '../stand-ins/modelApi.ts';
import { oneGround } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';

const KEY = 'sk-ant-test-0123456789abcdefghijklmnopqrstuvwxyz';
const IMAGE = 'agentbox-e2e-foreign:1';

/** In the place of somebody's image: Debian with git and a tool of their own, without perl and node. */
const DOCKERFILE = `FROM node:22-bookworm-slim
RUN apt-get update -q && apt-get install -qy --no-install-recommends git && \\
    rm -rf /usr/local/bin/* /usr/local/lib/* /usr/bin/perl* /usr/lib/*/perl-base /usr/share/perl* /var/lib/apt/lists/* && \\
    printf '#!/bin/sh\\necho acme-tool 7\\n' >/usr/bin/acme-tool && chmod +x /usr/bin/acme-tool
ENTRYPOINT ["/bin/false"]
`;

describe.each(oneGround().map((ground) => [ground.name, ground] as const))(
  'in an image of somebody else, on %s',
  (_, ground) => {
    let api: ModelApi;
    let lab: Lab;

    beforeAll(async () => {
      api = await startModelApi({
        turns: [
          {
            tool: 'Bash',
            input: { command: 'acme-tool >> greeting.txt && git add -A && git commit -qm tool', description: 'tool' },
          },
          { text: 'The tool was there.' },
        ],
        host: '0.0.0.0',
      });
      lab = makeLab(ground);
      const [file = '', ...args] = lab.engineCommand(['build', '-q', '-t', IMAGE, '-']);
      // The docker command has no builder of its own here.
      const env = lab.environment({ DOCKER_BUILDKIT: '0' });
      execFileSync(file, args, {
        input: DOCKERFILE,
        env,
        cwd: '/',
        timeout: 300_000,
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      lab.config(`
clients:
  acme:
    projects: [${lab.project}]
    image: ${IMAGE}
    credentials:
      ANTHROPIC_API_KEY: { env: ACME_KEY }
    git: { name: Acme Robot, email: robot@acme.test }
    allow_degraded: [memory-limit, cpus-limit, pids-limit]
`);
      const built = await lab.agentbox(['build', '--client', 'acme', ...ground.flags.slice(0, 2)], { limit: 580_000 });
      expect(built, built.stderr).toMatchObject({ code: 0 });
    });

    afterAll(async () => {
      const tags = ['claude', 'shell'].map(async (agent) => {
        const args = ['build', '--client', 'acme', '--agent', agent, '--json', ...ground.flags.slice(0, 2)];
        return (JSON.parse((await lab.agentbox(args)).stdout) as { image: string }).image;
      });
      lab.engine(['rmi', '-f', ...(await Promise.all(tags)), IMAGE]);
      lab.close();
      await api?.close();
    });

    const run = (...args: readonly string[]) => {
      const address = `ANTHROPIC_BASE_URL=http://${hostAddress()}:${api.port}`;
      const argv = ['run', '.', ...ground.flags, '--client', 'acme', '--env', address, ...args];
      return lab.agentbox(argv, { env: { ACME_KEY: KEY } });
    };

    it('the real Claude Code starts, uses what is there and commits', async () => {
      const version = await run('--', '--version');
      expect(version, version.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Claude Code') });
      const session = await run('--', '-p', 'use the tool');
      expect(session, session.stderr).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('The tool was there.'),
      });
      expect(lab.git('show', 'HEAD:greeting.txt')).toBe('hello\nacme-tool 7\n');
      expect(conversation(api.requests)[0]?.headers['x-api-key']).toBe(KEY);
    });

    it('no perl is there but the stage’s own, and the flag does what the setting does', async () => {
      const argv = ['run', '.', ...ground.flags, '--client', 'acme', '--agent', 'shell', '--image', IMAGE, '--'];
      const ended = await lab.agentbox([...argv, 'sh', '-c', 'command -v perl; id -un; readlink /etc/passwd'], {
        limit: 300_000,
      });
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: 'agent\n/run/agentbox/passwd\n' });
    });
  },
);
