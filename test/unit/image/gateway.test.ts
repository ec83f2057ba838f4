import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { loadAssets } from '../../../src/image/assets.ts';
import { gatewayImage, planGateway } from '../../../src/image/gateway.ts';
import { planImages } from '../../../src/image/plan.ts';
import { wantedImages } from '../../../src/image/wanted.ts';
import { configOf } from '../support/config.ts';

const program = (content: string) => ({ 'gateway/gateway.mjs': { content, mode: 0o644 } });

describe('the image of gateways', () => {
  it('is built on the base of all boxes, and changes with its program alone', async () => {
    const assets = { ...(await loadAssets()), ...program('one') };
    const [base, gateway] = planGateway(assets, {});
    const agent = { name: 'claude', image: 'claude' };
    expect(base).toEqual(planImages({ agent, version: '1.2.3', assets, authorities: {} })[0]);
    expect(gateway).toMatchObject({ from: base.tag, title: 'gateway' });
    expect(gateway.tag).toMatch(/^agentbox\/gateway:[0-9a-f]{16}$/);
    const newer = planGateway({ ...assets, ...program('two') }, {});
    expect([newer[0].tag === base.tag, newer[1].tag === gateway.tag]).toEqual([true, false]);
    expect(planGateway(assets, { 'corp.crt': 'x' })[1].tag).not.toBe(gateway.tag);
  });

  it('is wanted as long as a client has a gateway', async () => {
    const [, { tag }] = await gatewayImage();
    const engine = { image: async () => undefined } as unknown as Engine;
    const wantedBy = async (clients: Parameters<typeof configOf>[0]) => {
      const context = {
        config: async () => configOf(clients),
        paths: { dataDir: '/nonexistent', cacheDir: '/nonexistent' },
      };
      return (await wantedImages(context as unknown as Context, engine)).get(tag)?.clients;
    };
    const wanted = await wantedBy({ acme: { network: 'gateway' }, other: { network: 'open' } });
    expect(wanted).toContain('acme');
    expect(wanted).not.toContain('other');
  });
});
