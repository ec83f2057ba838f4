import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardSource, guardTarget, isWithin } from '../../../src/plan/guard.ts';
import { hostFacts } from '../support/facts.ts';

const facts = hostFacts({ claims: [{ client: 'globex', projects: ['/home/user/work/globex'] }] });

describe('a directory of the host', () => {
  it.each([
    ['/', /the whole host/],
    ['/home', /home directory/],
    ['/home/user', /home directory/],
    ['/etc/ssh', /\/etc is the host's own/],
    ['/var/run', /host's own/],
    ['/run', /host's own/],
    ['/var', /host's own/],
    ['/proc/self', /host's own/],
    ['/var/lib/docker/volumes', /host's own/],
    ['/usr', /folder of the system/],
    ['/tmp', /folder of the system/],
    ['/home/user/.config', /agentbox's own settings/],
    ['/home/user/.config/agentbox', /agentbox's own settings/],
    ['/home/user/.local/share/agentbox/clients/globex', /agentbox's own settings/],
    ['/home/user/.local', /agentbox's own settings/],
    ['/home/user/.local/share/containers/storage', /engine's own/],
    ['/home/user/.colima/default', /engine's own/],
    ['/home/user/work/globex', /belongs to client globex/],
    ['/home/user/work/globex/site', /belongs to client globex/],
    ['/home/user/work', /belongs to client globex/],
    ['/home/user/a\nb', /control character/],
  ])('%s is refused', (path, why) => {
    expect(() => guardSource('project', path, 'acme', facts)).toThrow(
      expect.objectContaining({ trouble: 'refused', why: expect.stringMatching(why) }),
    );
  });

  it.each(['/home/user/work/acme', '/srv/app', '/home/user/work/globex2', '/tmp/x', '/usr/local/src/x'])(
    '%s is fine',
    (path) => {
      expect(() => guardSource('project', path, 'acme', facts)).not.toThrow();
    },
  );

  it('is fine for the client that claims it', () => {
    expect(() => guardSource('project', '/home/user/work/globex/site', 'globex', facts)).not.toThrow();
  });

  it('that holds what the settings file is a link to is refused', () => {
    const linked = hostFacts({ own: ['/home/user/dotfiles/agentbox.yaml'] });
    expect(() => guardSource('project', '/home/user/dotfiles', 'acme', linked)).toThrow(/refused/);
  });

  it.each(['', 'unix://'])('that holds the engine’s socket is refused, also where it is named as %s', (scheme) => {
    const endpoint = `${scheme}/home/user/engines/colima/docker.sock`;
    const elsewhere = hostFacts({ engine: { ...facts.engine, endpoint } });
    expect(() => guardSource('mount', '/home/user/engines', 'acme', elsewhere)).toThrow(/refused/);
  });
});

describe('isWithin', () => {
  const name = fc.stringMatching(/^[a-z]{1,4}$/);
  const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/${names.join('/')}`);

  it('holds for a path and each of its children, and for nothing that only begins alike', () => {
    fc.assert(
      fc.property(path, name, (folder, child) => {
        expect(isWithin(folder, folder)).toBe(true);
        expect(isWithin(`${folder}/${child}`, folder)).toBe(true);
        expect(isWithin(`${folder}${child}`, folder)).toBe(false);
        expect(isWithin(folder, `${folder}/${child}`)).toBe(false);
        expect(isWithin(folder, '/')).toBe(true);
      }),
    );
  });
});

describe('a place in the box', () => {
  it.each([
    '/workspace',
    '/proc',
    '/etc/passwd',
    '/home/agent',
    '/home',
    '/',
    'data',
    '/a/../etc',
    '/data/',
    '/run/agentbox',
    '/usr/bin',
    '/tmp',
  ])('%s is refused', (target) => {
    expect(() => guardTarget(target, ['/workspace', '/home/agent'])).toThrow(/cannot mount/);
  });

  it.each(['/data', '/workspace/vendor', '/home/agent/.m2', '/opt/sdk'])('%s is fine', (target) => {
    expect(() => guardTarget(target, ['/workspace', '/home/agent'])).not.toThrow();
  });
});
