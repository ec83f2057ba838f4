import { describe, expect, it } from 'vitest';
import { engineArgsOf } from '../../../src/plan/engineArgs.ts';
import { dnsOf, hostsOf } from '../../../src/plan/gatewayEnv.ts';

describe('flags of the engine that are the gateway’s', () => {
  it('are names with addresses, and name servers', () => {
    const args = engineArgsOf(['add-host=DB.corp:10.0.0.5', 'add-host=six:fd00::1', 'dns=10.0.0.1', 'dns=10.0.0.2']);
    expect(hostsOf(args)).toEqual({ 'db.corp': '10.0.0.5', six: 'fd00::1' });
    expect(dnsOf(args)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('are none where none was given', () => {
    expect(hostsOf({})).toEqual({});
    expect(dnsOf({})).toEqual([]);
  });
});
