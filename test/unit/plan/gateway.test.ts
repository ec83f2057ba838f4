import { describe, expect, it } from 'vitest';
import { GATEWAY_USER, gatewayLabels, gatewaySpec } from '../../../src/plan/gateway.ts';
import { gatewayName } from '../../../src/plan/gatewayNames.ts';
import { docker, podman } from '../support/facts.ts';

const paths = { dataDir: '/home/user/.local/share/agentbox' };
const request = { client: 'acme', paths, image: 'agentbox/gateway:1', facts: docker, version: '1.2.3' };
const name = gatewayName('acme', paths);

describe('the container of a gateway', () => {
  it('has one volume, a user that no box has, a network, and limits', () => {
    expect(gatewaySpec(request)).toMatchObject({
      name,
      uid: GATEWAY_USER,
      gid: GATEWAY_USER,
      keepId: false,
      argv: ['/usr/local/bin/node', expect.stringMatching(/gateway\.mjs$/), 'serve'],
      mounts: [{ source: name, volume: true, target: '/run/agentbox-gateway', write: true }],
      network: 'open',
      runtime: undefined,
      limits: { memory: 512 * 1024 ** 2, cpus: 1, pids: 128 },
      terminal: false,
      selinuxLevel: undefined,
    });
  });

  it('is found by its labels, which no box has', () => {
    const { labels } = gatewaySpec(request);
    expect(labels).toMatchObject(gatewayLabels('acme', paths));
    expect(labels).toMatchObject({ 'dev.agentbox': 'gateway', 'dev.agentbox.version': '1.2.3' });
    expect(labels).not.toHaveProperty('dev.agentbox.client');
  });

  it('goes without a limit that the engine or its runtime ignores', () => {
    expect(gatewaySpec({ ...request, facts: podman }).limits).toEqual({});
    expect(gatewaySpec({ ...request, facts: { ...docker, ignoredLimits: ['cpus'] } }).limits).not.toHaveProperty(
      'cpus',
    );
    expect(gatewaySpec({ ...request, facts: { ...docker, limitlessRuntimes: ['runc'] } }).limits).toEqual({});
  });

  it.each(['runsc', 'runsc-uds', 'kata-runtime', 'krun'])(
    'does not run in %s, where its sockets would stay',
    (defaultRuntime) => {
      const facts = { ...docker, defaultRuntime, runtimes: [defaultRuntime, 'runc'] };
      expect(gatewaySpec({ ...request, facts }).runtime).toBe('runc');
      const alone = { ...facts, runtimes: [defaultRuntime] };
      expect(() => gatewaySpec({ ...request, facts: alone })).toThrow('no runtime that a gateway could run in');
    },
  );

  it('has the SELinux level of its client, as its boxes do', () => {
    expect(gatewaySpec({ ...request, facts: { ...docker, selinux: true } }).selinuxLevel).toMatch(/^s0:c\d+,c\d+$/);
  });
});
