import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeProgram } from '../../../src/cli/program.ts';
import { joinBashWords } from '../../../src/completion/bashWords.ts';
import { complete } from '../../../src/completion/complete.ts';
import { namesHere } from '../../../src/completion/names.ts';
import { clientDir } from '../../../src/config/paths.ts';
import type { BoxInfo } from '../../../src/engine/engine.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';

const BOX = 'agentbox-acme-shop-claude-3f2a';
const boxes = [{ name: BOX, state: 'running', labels: {} }] as unknown as BoxInfo[];

async function tab(words: readonly string[], more: { boxes?: readonly BoxInfo[]; config?: string } = { boxes }) {
  const context = testContext(await temporary(), more);
  const log = join(clientDir(context.paths, 'acme'), 'network.jsonl');
  await mkdir(dirname(log), { recursive: true });
  const denied = (host: string, port: number, reason = 'not-allowed') =>
    JSON.stringify({ verdict: 'deny', reason, host, port });
  const lines = [denied('old.test', 443), denied('169.254.169.254', 80, 'metadata'), '{"half', denied('a;b', 443)];
  await writeFile(log, `${[...lines, denied('new.test', 8443), denied('new.test', 8443)].join('\n')}\n`);
  await mkdir(dirname(context.paths.configFile), { recursive: true });
  const config = 'clients:\n  acme:\n    projects: [/work/acme]\n    credentials: { GITHUB_TOKEN: { env: T } }\n';
  await writeFile(context.paths.configFile, more.config ?? config);
  const program = makeProgram(context, [], { code: 0 });
  const { candidates, paths } = await complete(program, words, namesHere(context));
  return { values: candidates.map(({ value }) => value), notes: candidates.map(({ note }) => note), paths };
}

test.each<readonly [words: readonly string[], values: readonly string[]]>([
  [['ru'], ['run']],
  [['he'], ['help']],
  [['help', 'ver'], ['verify']],
  [
    ['net', ''],
    ['show', 'allow', 'deny', 'forget', 'check', 'log', 'watch'],
  ],
  [['run', '--cl'], ['--client']],
  [
    ['run', '--client', ''],
    ['acme', 'default'],
  ],
  [['run', '-c', 'a'], ['acme']],
  [['run', '--client=a'], ['--client=acme']],
  [['run', '--client', 'acme', '--cl'], []],
  [
    ['run', '--allow', 'npm', '--al'],
    ['--allow', '--allow-any'],
  ],
  [
    ['run', '--agent', 'c'],
    ['claude', 'codex', 'copilot'],
  ],
  [
    ['run', '--engine', ''],
    ['docker', 'podman'],
  ],
  [['run', '--network=g'], ['--network=gateway']],
  [['attach', 'agentbox-'], [BOX]],
  [['stop', BOX, ''], [BOX]],
  [
    ['net', 'allow', '-c', 'acme', 'n'],
    ['new.test:8443', 'npm'],
  ],
  [['net', 'check', '--client', 'acme', 'o'], ['old.test']],
  [
    ['client', 'show', ''],
    ['acme', 'default'],
  ],
  [['client', 'add', 'a'], []],
  [['creds', 'rm', '-c', 'acme', ''], ['GITHUB_TOKEN']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['rnu', ''], []],
])('TAB after %j offers %j', async (words, values) => {
  expect((await tab(words)).values).toEqual(values);
});

test.each<readonly [words: readonly string[], paths: string]>([
  [['run', ''], 'dirs'],
  [['diff', ''], 'dirs'],
  [['client', 'export', 'acme', '--output', ''], 'files'],
  [['run', '.', '--', 'sr'], 'files'],
  [['cp', ''], 'files'],
  [['attach', ''], 'none'],
  [['run', '--client', ''], 'none'],
])('TAB after %j offers paths: %s', async (words, paths) => {
  expect((await tab(words)).paths).toBe(paths);
});

test('each candidate says what it is', async () => {
  expect((await tab(['client', 'show', 'a'])).notes).toEqual(['/work/acme']);
  expect((await tab(['net', 'allow', '-c', 'acme', 'new'])).notes).toEqual(['was blocked']);
  expect((await tab(['ru'])).notes).toEqual(['run an agent on a project, in a box']);
});

test('without an engine, or with a broken configuration, TAB is silent', async () => {
  expect((await tab(['attach', ''], {})).values).not.toContain(BOX);
  expect((await tab(['run', '--client', ''], { boxes, config: 'clients: [' })).values).toEqual([]);
});

test('what a shell would take apart or run is not offered', async () => {
  const evil = [{ name: '$(reboot)', state: 'running', labels: {} }] as unknown as BoxInfo[];
  expect((await tab(['stop', ''], { boxes: evil })).values).not.toContain('$(reboot)');
  expect((await tab(['net', 'deny', '-c', 'acme', 'a'])).values).toEqual([]);
});

test.each([
  [['run', '--client', '=', 'ac'], ['run', '--client=ac'], 9],
  [['run', '--client', '='], ['run', '--client='], 9],
  [['net', 'allow', 'new.test', ':', '84'], ['net', 'allow', 'new.test:84'], 9],
  [['run', '--client', 'ac'], ['run', '--client', 'ac'], 0],
  [['run', ''], ['run', ''], 0],
])('what bash cut, %j, is %j again', (cut, words, length) => {
  expect(joinBashWords(cut)).toEqual({ words, cut: length });
});
