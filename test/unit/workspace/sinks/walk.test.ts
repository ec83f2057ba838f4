import { chmodSync, linkSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patterns } from '../../../../src/workspace/patterns.ts';
import { walk } from '../../../../src/workspace/sinks/walk.ts';
import { asOrdinary } from '../../support/root.ts';
import { type TestTree, testTree } from './tree.ts';

describe('a walk through a project', () => {
  let tree: TestTree;
  beforeEach(() => {
    tree = testTree();
  });
  afterEach(() => tree.close());

  const sinks = async () => (await walk(tree.path)).sinks.map(({ path, kind }) => `${kind} ${path}`).sort();

  it('finds sinks at any depth, and what is in their folders', async () => {
    tree.write(
      'a/b/.envrc',
      '.vscode/tasks.json',
      '.vscode/deep/er',
      '.claude/settings.local.json',
      '.claude/CLAUDE.md',
    );
    tree.write('a/.config/mise/config.toml', 'x.code-workspace', '.github/workflows/ci.yml', '.github/hooks/h.json');
    expect(await sinks()).toEqual([
      'directory .github/hooks',
      'directory .vscode',
      'directory a/.config/mise',
      'file .claude/settings.local.json',
      'file .github/hooks/h.json',
      'file .vscode/deep/er',
      'file .vscode/tasks.json',
      'file a/.config/mise/config.toml',
      'file a/b/.envrc',
      'file x.code-workspace',
    ]);
  });

  it('follows no link, but sees one in the place of a sink or of a folder that would have one', async () => {
    tree.write('real/settings.json', 'real/.envrc');
    tree.link('.claude', 'real');
    tree.link('.vscode', '/nowhere');
    tree.link('other', 'real');
    expect(await sinks()).toEqual(['file real/.envrc', 'link .claude', 'link .vscode']);
  });

  it('finds repositories everywhere, but other sinks not among the packages of others', async () => {
    tree.write(
      'node_modules/p/.vscode/tasks.json',
      'node_modules/p/.git/config',
      'node_modules/p/.env',
      'vendor/.envrc',
    );
    tree.write('sub/.git/HEAD', 'sub/.git/.envrc', '.git/HEAD');
    tree.link('linked/.git', '../sub/.git');
    const { repositories, sinks: found, secrets } = await walk(tree.path);
    expect(repositories.map(({ path, kind }) => `${kind} ${path}`).sort()).toEqual([
      'directory .git',
      'directory node_modules/p/.git',
      'directory sub/.git',
      'link linked/.git',
    ]);
    expect([found, secrets]).toEqual([[], []]);
  });

  it('takes for a repository what git does, by its content', async () => {
    tree.write('bare/HEAD', 'bare/objects/', 'bare/refs/', 'parts/HEAD', 'parts/commondir', 'half/HEAD', 'half/refs/');
    expect([...(await walk(tree.path)).bare].sort()).toEqual(['bare/HEAD', 'parts/HEAD']);
  });

  it('finds names in other letters', async () => {
    tree.write('.ENVRC', 'sub/.Git/config', '.VsCode/x');
    const { repositories } = await walk(tree.path);
    expect(await sinks()).toEqual(['directory .VsCode', 'file .ENVRC', 'file .VsCode/x']);
    expect(repositories.map(({ path }) => path)).toEqual(['sub/.Git']);
  });

  it('finds files with secrets, by their names and by patterns', async () => {
    tree.write('.env', 'a/.env.local', 'a/.env.example', '.env.d/.env', 'k.pem', 'certs/x/y', 'node_modules/k.pem');
    const { secrets } = await walk(tree.path, { mask: patterns(['*.pem', 'certs/']) });
    expect(secrets.map(({ path }) => path).sort()).toEqual([
      '.env',
      '.env.d/.env',
      'a/.env.local',
      'certs/x/y',
      'k.pem',
      'node_modules/k.pem',
    ]);
  });

  it('counts files with more than one link, and links that lead out', async () => {
    tree.write('one', 'two', 'in/x');
    linkSync(join(tree.path, 'one'), join(tree.path, 'other'));
    tree.link('out', '/etc/passwd');
    tree.link('in/up', '../../x');
    tree.link('in/stays', '../one');
    tree.link('absolute', join(tree.path, 'one'));
    const all = await walk(tree.path, { linkBudget: Number.POSITIVE_INFINITY });
    expect(all).toMatchObject({ hardLinks: 2, hardLinksCounted: true, linksOut: 2 });
    expect(await walk(tree.path)).toMatchObject({ hardLinks: 0 });
  });

  it('names folders that it cannot look into, or that have no text for a name', async () => {
    tree.write('open/x');
    mkdirSync(Buffer.concat([Buffer.from(`${tree.path}/`), Buffer.from([0xff])]));
    expect((await walk(tree.path)).closed).toEqual(['\ufffd']);
  });

  it('names a folder that may not be read', async () => {
    tree.write('shut/x');
    chmodSync(join(tree.path, 'shut'), 0);
    for (const path of [tree.path, dirname(tree.path)]) chmodSync(path, 0o755);
    expect((await asOrdinary(() => walk(tree.path))).closed).toEqual(['shut']);
    chmodSync(join(tree.path, 'shut'), 0o700);
  });

  it('says so when it ended at its limit', async () => {
    tree.write('a/b/c');
    expect((await walk(tree.path, { limit: -1 })).complete).toBe(false);
    expect((await walk(tree.path)).complete).toBe(true);
  });

  it('lets others go on in between', async () => {
    for (let a = 0; a < 40; a += 1) {
      for (let b = 0; b < 40; b += 1) mkdirSync(join(tree.path, `${a}/${b}`), { recursive: true });
    }
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await walk(tree.path);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});
