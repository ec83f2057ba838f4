import { describe, expect, it } from 'vitest';
import { upstreamOf, withoutLogin } from '../../../src/network/upstream.ts';

describe("the company's proxy of a gateway", () => {
  it('is the one of the caller, with what it is not for', () => {
    const env = { HTTPS_PROXY: 'http://user:pw@proxy.corp.test:3128', NO_PROXY: 'corp.test, 10.0.0.0/8' };
    expect(upstreamOf('host', env)).toEqual({ url: env.HTTPS_PROXY, direct: ['corp.test', '10.0.0.0/8'] });
  });

  it('is named in lower case first, as curl has it, and may lack a scheme', () => {
    const env = { HTTPS_PROXY: 'http://other.test:1', https_proxy: 'proxy.corp.test:3128' };
    expect(upstreamOf('host', env)).toEqual({ url: 'http://proxy.corp.test:3128', direct: [] });
  });

  it('is none where there is none, where none is wanted, and where only this machine reaches it', () => {
    expect(upstreamOf('host', {})).toBeUndefined();
    expect(upstreamOf('none', { HTTPS_PROXY: 'http://proxy.corp.test:3128' })).toBeUndefined();
    expect(upstreamOf('host', { HTTPS_PROXY: 'http://127.0.0.1:3128' })).toBeUndefined();
  });

  it('is the one that the profile names, whatever the caller has', () => {
    const env = { HTTPS_PROXY: 'http://other.test:1' };
    expect(upstreamOf('http://proxy.corp.test:3128', env)?.url).toBe('http://proxy.corp.test:3128');
  });

  it.each([
    ['http://ann:secret@proxy.corp.test:3128', 'http://…@proxy.corp.test:3128'],
    ['http://ann:sec@ret@proxy.corp.test:3128', 'http://…@proxy.corp.test:3128'],
    ['http://ann:sec/ret@proxy.corp.test:3128', 'http://…@proxy.corp.test:3128'],
    ['http://proxy.corp.test:3128', 'http://proxy.corp.test:3128'],
  ])('is shown without its login: %s', (url, wanted) => expect(withoutLogin(url)).toBe(wanted));
});
