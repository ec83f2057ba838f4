import { expect, test } from 'vitest';
import { NO_FLAGS } from '../../../src/config/flags.ts';
import { profileOf } from '../../../src/config/merge.ts';
import { rowsOf } from '../../../src/config/rows.ts';
import { configOf } from '../support/config.ts';

const config = configOf(
  {
    acme: {
      projects: ['/w/acme'],
      allow: [{ text: 'github', from: 'config' }],
      env: { API_TOKEN: 's3cret', MODE: 'dev' },
      credentials: {
        A: { source: { env: 'CORP_A' }, deliver: 'env', agents: ['claude'] },
        B: { source: { command: ['gh', 'auth', 'token'] }, deliver: { file: '/home/agent/b' }, agents: undefined },
      },
      mounts: [{ source: '/data', target: '/d', write: true }],
      agentVersion: { claude: '2.1.329' },
    },
  },
  {
    engine: 'podman',
    git: { name: 'A Name' },
    allow: [{ text: '*.corp.test', from: 'config' }],
    deny: [{ text: '10.0.0.0/8', from: 'config' }],
    proxy: 'none',
  },
);

test('each setting is shown by its name in the file, with where it comes from', () => {
  const rows = rowsOf(profileOf(config, 'acme', { ...NO_FLAGS, pids: 9 }, ['claude', 'shell']));
  expect(rows.map(({ setting, value, from }) => `${setting} | ${value} | ${from}`)).toEqual([
    'projects | /w/acme | client',
    'agent | claude | built in',
    'agents | claude, shell | built in',
    'engine | podman | defaults',
    'runtime | auto | built in',
    'network | gateway | built in',
    'allow[0] | *.corp.test | defaults',
    'allow[1] | github | client',
    'deny[0] | 10.0.0.0/8 | defaults',
    'allow_any | false | built in',
    'proxy | none | defaults',
    'resources.memory | 4g | built in',
    'resources.cpus | 2 | built in',
    'resources.pids | 9 | flag',
    'credentials.A | env CORP_A, delivered as env, for claude | client',
    'credentials.B | command gh auth token, delivered as file /home/agent/b | client',
    'login | own | built in',
    'env.API_TOKEN | (not shown) | client',
    'env.MODE | (not shown) | client',
    'git.name | A Name | defaults',
    'mounts[0] | /data at /d, writable | client',
    'agent_version.claude | 2.1.329 | client',
    'devcontainer | false | built in',
    'share_host_login | false | built in',
    'share_refresh | false | built in',
    'ssh_agent | false | built in',
    'autonomy | auto | built in',
    'workspace | bind | built in',
    'untracked | false | built in',
    'strict | false | built in',
    'workspace_path | /workspace | built in',
  ]);
});
