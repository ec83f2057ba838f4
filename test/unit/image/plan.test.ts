import { describe, expect, it } from 'vitest';
import { AGENTS } from '../../../src/agents/index.ts';
import { loadAssets, pinsOf } from '../../../src/image/assets.ts';
import { checkOwn } from '../../../src/image/ownImage.ts';
import { type ImageRequest, isOnOurs, planAdditions, planImages, planUser } from '../../../src/image/plan.ts';

const assets = await loadAssets();
const claude = { name: 'claude', image: 'claude' };
const plan = (version: string, authorities: Record<string, string> = {}) =>
  planImages({ agent: claude, version, assets, authorities });

describe('the images of an agent', () => {
  it('are the base and one that is built on it', () => {
    const [base, agent, ...more] = plan('2.1.329');
    expect(more).toEqual([]);
    expect(base).toMatchObject({ folder: 'base', from: pinsOf(assets).from, args: {}, files: {} });
    expect(base.tag).toMatch(/^agentbox\/base:[0-9a-f]{16}$/);
    expect(agent).toMatchObject({
      folder: 'claude',
      from: base.tag,
      args: { VERSION: '2.1.329' },
      title: 'claude 2.1.329',
    });
  });

  it('are the base alone for the shell', () => {
    expect(
      planImages({ agent: { name: 'shell', image: 'base' }, version: undefined, assets, authorities: {} }),
    ).toEqual([plan('1.0.0')[0]]);
  });

  it('keep the base when only the version changes', () => {
    const [[base, agent], [otherBase, otherAgent]] = [plan('1.0.0'), plan('1.0.1')];
    expect(otherBase).toEqual(base);
    expect(otherAgent?.tag).not.toBe(agent?.tag);
  });

  it('all change with the authorities of the host, which go into the base', () => {
    const [[base, agent], [otherBase, otherAgent]] = [plan('1.0.0'), plan('1.0.0', { 'x.crt': 'PEM' })];
    expect(otherBase.files).toEqual({ 'ca/x.crt': 'PEM' });
    expect([otherBase.tag, otherAgent?.tag]).not.toContain(base.tag);
    expect(otherAgent?.tag).not.toBe(agent?.tag);
  });

  it.each(AGENTS)('has a folder, and a pinned version when there is a package: $name', (agent) => {
    const pinned = pinsOf(assets).agents[agent.name];
    expect(pinned !== undefined).toBe(agent.package !== undefined);
    expect(planImages({ agent, version: pinned, assets, authorities: {} }).at(-1)?.folder).toBe(agent.image);
  });
});

describe('the images of a client that has its own', () => {
  const build = { dockerfile: 'ARG FROM\nFROM $FROM\n', context: '/ctx', args: {}, target: undefined };
  const info = { id: 'sha256:abc', env: { PATH: '/own/bin' }, labels: {}, size: 1 };
  const request = {
    agent: { ...claude, versionCommand: ['claude', '--version'] },
    version: '1.0.0',
    assets,
    authorities: {},
  };
  const folders = (more: Partial<ImageRequest>) => planImages({ ...request, ...more }).map(({ folder }) => folder);

  it('have a Dockerfile below the agent, and packages above it', () => {
    const own = { kind: 'dockerfile', build, key: 'k' } as const;
    expect(folders({ own, packages: ['tree'] })).toEqual(['base', 'open', 'user', 'sealed', 'claude', 'tools']);
  });

  it('keep the agent when a package is added', () => {
    const [plain, more] = [planImages(request), planImages({ ...request, packages: ['tree'] })];
    expect(more.slice(0, -1)).toEqual(plain);
    expect(more.at(-1)).toMatchObject({ from: plain.at(-1)?.tag, title: '1 package' });
  });

  it('change with the context of a Dockerfile, its text and its arguments', () => {
    const tag = (key: string, change = {}) => planUser({ ...build, ...change }, key, 'base:1').tag;
    const tags = [
      tag('k'),
      tag('l'),
      tag('k', { dockerfile: 'x' }),
      tag('k', { args: { A: '1' } }),
      tag('k', { target: 't' }),
    ];
    expect(new Set(tags).size).toBe(5);
    expect(tag('k')).toBe(tags[0]);
  });

  it('are the image of somebody else with the agent put into it', () => {
    const own = { kind: 'image', ref: 'acme/dev:1', info } as const;
    const specs = planImages({ ...request, own, packages: ['git'] });
    expect(specs.map(({ folder }) => folder)).toEqual(['base', 'claude', 'adopt', 'tools']);
    const [, agent, adopt, tools] = specs;
    expect(adopt).toMatchObject({ from: 'acme/dev:1', title: 'claude in acme/dev:1' });
    expect(adopt?.args).toEqual({ OURS: agent?.tag, OWN_PATH: '/own/bin', PROGRAM: 'claude --version', TOOLS: 'bash' });
    expect(adopt?.files['Dockerfile']).toContain('ENV DISABLE_AUTOUPDATER=1\n');
    expect(tools?.from).toBe(adopt?.tag);
    const moved = planImages({ ...request, own: { ...own, info: { ...info, id: 'sha256:def' } } });
    expect(moved.at(-1)?.tag).not.toBe(planImages({ ...request, own }).at(-1)?.tag);
  });

  it('bring along what an agent puts beside its package', () => {
    const own = { kind: 'image', ref: 'acme/dev:1', info } as const;
    const text =
      'ARG FROM\nFROM $FROM\nCOPY settings.json /etc/x/settings.json\nENV CACHE=/usr/local/lib/x\nENV A=1 \\\n  B=2\n';
    const more = { ...assets, 'claude/Dockerfile': { content: text, mode: 0o644 } };
    const dockerfile = planImages({ ...request, assets: more, own }).at(-1)?.files['Dockerfile'];
    for (const line of ['ENV CACHE=/usr/local/lib/x', 'ENV A=1 \\\n  B=2']) expect(dockerfile).toContain(`${line}\n`);
    for (const path of ['/etc/x/settings.json', '/usr/local/lib/x']) {
      expect(dockerfile).toContain(`COPY --from=ours ${path} ${path}\n`);
    }
  });

  it('are an image of the user’s as it is when it was built on ours, with what the settings add', () => {
    const ours = { ...info, labels: { 'dev.agentbox.stage': '1' } };
    expect([isOnOurs(info), isOnOurs(ours)]).toEqual([false, true]);
    expect(planAdditions(request, 'mine:1', ours)).toBeUndefined();
    expect(planAdditions({ ...request, packages: ['tree'] }, 'mine:1', ours)).toMatchObject({
      folder: 'tools',
      from: 'mine:1',
    });
  });
});

describe('an image that no layer makes fit', () => {
  const info = { id: 'a', env: {}, labels: {}, size: 1, architecture: 'arm64' };

  it('is refused by its processor', () => {
    expect(() => checkOwn('dev:1', info, { ...info, architecture: 'amd64' })).toThrow(
      'dev:1 is made for arm64, and this engine runs amd64',
    );
    expect(() => checkOwn('dev:1', info, info)).not.toThrow();
    expect(() => checkOwn('dev:1', info, undefined)).not.toThrow();
  });

  it('is refused for volumes that nobody asked for', () => {
    expect(() => checkOwn('db:1', { ...info, volumes: ['/data'] }, info)).toThrow(
      'db:1 wants volumes of its own: /data',
    );
  });
});

describe('the files of images/', () => {
  it('hold the entrypoint as a program, and nothing that a build could not take', () => {
    expect(assets['base/stage']).toMatchObject({ mode: 0o755 });
    expect(assets['base/Dockerfile']).toMatchObject({ mode: 0o644 });
    for (const { content } of Object.values(assets)) expect(content).not.toContain('\uFFFD');
  });
});
