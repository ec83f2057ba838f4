import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forwardsProblem, placeOf, readForward } from '../../../../src/network/ports/forward.ts';
import { isOpenToOthers, readPublish, urlOf, writePublish } from '../../../../src/network/ports/publish.ts';

describe('a published port', () => {
  it.each([
    ['3000', { address: undefined, port: 3000, boxPort: 3000 }],
    ['8080:3000', { address: undefined, port: 8080, boxPort: 3000 }],
    ['0:3000', { address: undefined, port: 0, boxPort: 3000 }],
    ['127.0.0.1:8080:3000', { address: '127.0.0.1', port: 8080, boxPort: 3000 }],
    ['127.0.0.1:3000', { address: '127.0.0.1', port: 3000, boxPort: 3000 }],
    ['[::1]:8080:3000', { address: '::1', port: 8080, boxPort: 3000 }],
    ['[0:0::1]:3000', { address: '::1', port: 3000, boxPort: 3000 }],
    ['0.0.0.0:80:3000', { address: '0.0.0.0', port: 80, boxPort: 3000 }],
  ])('%s', (text, expected) => {
    expect(readPublish(text)).toEqual(expected);
  });

  it.each([
    ['', /port of the box/],
    ['0', /port of the box/],
    ['65536', /port of the box/],
    ['03000', /port of the box/],
    ['80:', /port of the box/],
    [':3000', /port of this machine/],
    ['x:3000', /port of this machine/],
    ['70000:3000', /port of this machine/],
    ['1:2:3', /neither/],
    ['localhost:8080:3000', /neither/],
    ['::1:8080:3000', /neither/],
    ['127.1:8080:3000', /no address/],
    ['[127.0.0.1]:8080:3000', /no address/],
    ['1.2.3.4.5:8080:3000', /no address/],
    ['3000/udp', /port of the box/],
    ['127.0.0.1:8080:3000\n', /port of the box/],
  ])('%j is none', (text, problem) => {
    expect(readPublish(text)).toMatch(problem);
  });

  it('is read back as it was written', () => {
    const address = fc.oneof(fc.constant(undefined), fc.ipV4(), fc.constantFrom('::1', 'fd00::1', '::'));
    const port = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(address, port, fc.integer({ min: 1, max: 65_535 }), (at, from, boxPort) => {
        const publish = { address: at, port: from, boxPort };
        expect(readPublish(writePublish(publish))).toEqual(publish);
      }),
    );
  });

  it('is for this machine alone unless an address says otherwise', () => {
    const isOpen = (address: string | undefined) => isOpenToOthers({ address, port: 1, boxPort: 1 });
    expect([undefined, '127.0.0.1', '127.9.9.9', '::1'].map(isOpen)).toEqual([false, false, false, false]);
    expect(['0.0.0.0', '::', '10.0.0.1', 'fd00::1'].map(isOpen)).toEqual([true, true, true, true]);
    expect(urlOf({ address: '::1', port: 8080, boxPort: 1 })).toBe('http://[::1]:8080');
  });
});

describe('a forwarded service', () => {
  it.each([
    ['db.corp:5432', { boxPort: 5432, host: 'db.corp', port: 5432 }],
    ['15432:DB.Corp.:5432', { boxPort: 15_432, host: 'db.corp', port: 5432 }],
    ['5432:10.0.0.5:5432', { boxPort: 5432, host: '10.0.0.5', port: 5432 }],
    ['5432:[FD00::5]:5432', { boxPort: 5432, host: 'fd00::5', port: 5432 }],
    ['db:5432', { boxPort: 5432, host: 'db', port: 5432 }],
  ])('%s', (text, expected) => {
    const read = readForward(text, 'config');
    expect(read).toEqual({ ...expected, from: 'config' });
    if (typeof read !== 'string') expect(readForward(`${read.boxPort}:${placeOf(read)}`, 'config')).toEqual(read);
  });

  it.each([
    ['5432', /neither/],
    ['db.corp', /neither/],
    ['1:2:3:4', /neither/],
    ['0x7f.1:5432', /neither/],
    ['*.corp:5432', /neither/],
    ['fd00::5:5432', /neither/],
    ['[db.corp]:5432', /neither/],
    ['db.corp:0', /port that is not/],
    ['db.corp:70000', /port that is not/],
    ['389:ldap.corp:389', /from 1024 to 65535, such as 10389:ldap.corp:389/],
    ['ldap.corp:389', /from 1024/],
    [':db.corp:5432', /from 1024/],
    ['17080:db.corp:5432', /the relay's/],
    ['8443:web.corp:443', /its proxy goes there/],
  ])('%j is none', (text, problem) => {
    expect(readForward(text, 'config')).toMatch(problem);
  });

  it('has a port of the box for itself, and there are not too many', () => {
    const ports = (...all: number[]) => all.map((boxPort) => ({ boxPort }));
    expect(forwardsProblem(ports(1, 2, 3))).toBeUndefined();
    expect(forwardsProblem(ports(5432, 6379, 5432))).toBe('has port 5432 of the box twice');
    expect(forwardsProblem(ports(...Array.from({ length: 17 }, (_, index) => index)))).toMatch(/more than 16/);
  });
});
