import { describe, expect, it } from 'vitest';
import { boxUser } from '../../../src/plan/user.ts';
import { docker, podman } from '../support/facts.ts';

const user = { uid: 1000, gid: 1000, name: 'user' };
const root = { uid: 0, gid: 0, name: 'root' };
const ofUser = { path: '/srv/app', uid: 1234, gid: 1234 };
const ofRoot = { path: '/srv/app', uid: 0, gid: 0 };

describe('the user of a box', () => {
  it.each([
    ['a user on Docker is themself', user, docker, ofUser, { uid: 1000, gid: 1000, keepId: false }],
    ['root becomes the owner of the project', root, docker, ofUser, { uid: 1234, gid: 1234, keepId: false }],
    ['rootless podman keeps the caller’s ids', user, podman, ofUser, { uid: 1000, gid: 1000, keepId: true }],
    [
      'a virtual machine maps ids by itself',
      user,
      { ...docker, desktop: true },
      ofRoot,
      { uid: 1000, gid: 1000, keepId: false },
    ],
    ['group 0 is not carried in', { ...user, gid: 0 }, docker, ofUser, { uid: 1000, gid: 1000, keepId: false }],
    ['root without a project is an ordinary number', root, docker, undefined, { uid: 1000, gid: 1000, keepId: false }],
  ])('%s', (_, caller, engine, project, expected) => {
    expect(boxUser(caller, engine, project)).toEqual(expected);
  });

  it.each([
    ['root on a root-owned project', root, docker, ofRoot, /belongs to root/],
    ['rootless Docker', user, { ...docker, rootless: true }, ofUser, /rootless Docker cannot/],
    ['userns-remap', user, { ...docker, usernsRemap: true }, ofUser, /userns-remap cannot/],
  ])('%s is refused with the remedy', (_, caller, engine, project, message) => {
    expect(() => boxUser(caller, engine, project)).toThrow(message);
    try {
      boxUser(caller, engine, project);
    } catch (error) {
      expect(error).toMatchObject({
        trouble: 'refused',
        next: expect.arrayContaining([expect.any(String), expect.any(String)]),
      });
    }
  });

  it('root on a root-owned project is an ordinary number where nothing of it is written', () => {
    for (const workspace of ['clone', 'readonly'] as const) {
      expect(boxUser(root, docker, ofRoot, workspace)).toEqual({ uid: 1000, gid: 1000, keepId: false });
      expect(boxUser(root, docker, ofUser, workspace)).toEqual(boxUser(root, docker, ofUser));
    }
  });
});
