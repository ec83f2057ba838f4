import { describe, expect, it } from 'vitest';
import { blockedLines } from '../../../src/network/blocked.ts';
import { blockedCounts } from '../../../src/network/keeper/blockedCounts.ts';

const one = { host: 'example.com', port: 443, reason: 'not-allowed', count: 1 };

describe('what was blocked, at the end of a run', () => {
  it('says nothing when nothing was', () => {
    expect(blockedLines([], 'acme')).toEqual([]);
  });

  it('names the host, how often, and the command that allows it', () => {
    expect(blockedLines([{ ...one, count: 3 }], 'acme')).toEqual([
      'the gateway blocked 3 requests: example.com (3)',
      'to allow: agentbox net allow --client acme --save example.com',
    ]);
  });

  it('writes a port that a rule must name, and an address of IPv6 as a rule has it', () => {
    const lines = blockedLines(
      [
        { ...one, port: 8443 },
        { ...one, host: 'fd00::1', port: 80 },
      ],
      'acme',
    );
    expect(lines[0]).toBe('the gateway blocked 2 requests: example.com:8443 (1), [fd00::1] (1)');
    expect(lines[1]).toBe('to allow: agentbox net allow --client acme --save example.com:8443 [fd00::1]');
  });

  it('offers no command for what no rule opens', () => {
    expect(blockedLines([{ ...one, reason: 'bad-name' }], 'acme')).toEqual([
      'the gateway blocked 1 request: example.com (1)',
    ]);
  });

  it('names five hosts and counts the rest', () => {
    const many = Array.from({ length: 7 }, (_, index) => ({ ...one, host: `h${index}.example.com` }));
    const [first = ''] = blockedLines(many, 'acme');
    expect(first).toContain('h4.example.com (1), and 2 more hosts (agentbox net log --client acme)');
    expect(first).not.toContain('h5.example.com');
  });

  it('names the address that keeps a forwarded service from its place, and the rule that opens it', () => {
    const service = { host: 'db.corp', port: 5432, reason: 'refused-address', address: '10.20.0.5', count: 1 };
    expect(blockedLines([service], 'acme')).toEqual([
      'the gateway blocked 1 request: db.corp:5432 (1)',
      'to allow: agentbox net allow --client acme --save 10.20.0.5:5432',
    ]);
  });

  it('counts an address only of a service that the user forwarded', () => {
    const counts = blockedCounts();
    const decision = {
      id: '1',
      time: '',
      box: 'one',
      host: 'db.corp',
      port: 5432,
      verdict: 'deny',
      rule: undefined,
    } as const;
    const refused = { ...decision, reason: 'refused-address', address: '10.20.0.5' };
    counts.add({ ...refused, kind: 'forward' });
    counts.add({ ...refused, kind: 'connect' });
    expect(counts.of('one').map(({ address }) => address)).toEqual(['10.20.0.5', undefined]);
  });
});
