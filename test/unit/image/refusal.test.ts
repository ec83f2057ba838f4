import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { refusalOf } from '../../../src/image/refusal.ts';

const failed = (why: string) => new UserError('image', 'building agentbox/adopt:1 failed at [2/9] RUN …', { why });
const said = (why: string) => refusalOf(failed(why), 'acme/dev:1') as UserError;

describe('what a failed build says', () => {
  it.each([
    ['agentbox: refused musl', 'acme/dev:1 is built on musl (Alpine), and agents need glibc'],
    ['agentbox: refused sh', 'acme/dev:1 has no /bin/sh'],
    [
      'noise\nagentbox: refused glibc 2.24 2.28\n',
      'acme/dev:1 is too old: it has glibc 2.24, and the agent needs 2.28',
    ],
    ['agentbox: refused tools bash git', 'acme/dev:1 lacks bash and git'],
    ['agentbox: refused apt', 'acme/dev:1 has no apt-get, so packages cannot be added to it'],
    ['agentbox: refused toolchain go go version go1.2', 'go does not work in acme/dev:1 as it should'],
    ['agentbox: refused program claude', 'claude does not start in acme/dev:1'],
    ['Reading…\nE: Unable to locate package nosuch', 'Debian cannot give the package nosuch as it is asked for'],
    ["E: Version '9' for 'tree' was not found", 'Debian cannot give the package tree as it is asked for'],
    ["E: Package 'old' has no installation candidate", 'Debian cannot give the package old as it is asked for'],
  ])('%s', (why, message) => {
    expect(said(why)).toMatchObject({ trouble: 'image', message });
    expect(said(why).next.length).toBeGreaterThan(0);
  });

  it("keeps apt's own words", () => {
    expect(said('x\nE: Unable to locate package nosuch\nE: No packages found').why).toBe(
      'E: Unable to locate package nosuch\nE: No packages found',
    );
  });

  it('is left as it is when it is none of these, also where the text of a step looks like one', () => {
    const other = failed('STEP 5/6: RUN echo "agentbox: refused musl"\nmake: *** [all] Error 2');
    expect(refusalOf(other, 'x')).toBe(other);
    const bug = new Error('bug');
    expect(refusalOf(bug, 'x')).toBe(bug);
  });
});
