import { describe, expect, it } from 'vitest';
import { AGENTS } from '../../../src/agents/index.ts';
import { loadAssets, pinsOf } from '../../../src/image/assets.ts';
import { planImages } from '../../../src/image/plan.ts';

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

describe('the files of images/', () => {
  it('hold the entrypoint as a program, and nothing that a build could not take', () => {
    expect(assets['base/stage']).toMatchObject({ mode: 0o755 });
    expect(assets['base/Dockerfile']).toMatchObject({ mode: 0o644 });
    for (const { content } of Object.values(assets)) expect(content).not.toContain('\uFFFD');
  });
});
