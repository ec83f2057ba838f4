import { describe, expect, it } from 'vitest';
import { gitMounts } from '../../../src/plan/gitMounts.ts';
import { guardTarget } from '../../../src/plan/guard.ts';
import { PLAIN_WORKSPACE, type RepositoryFacts } from '../../../src/workspace/facts.ts';
import { userError } from '../support/config.ts';
import { hostFacts } from '../support/facts.ts';

const project = { path: '/srv/proj', uid: 1000, gid: 1000 };
const place = { target: '/workspace', folder: '/data/box' };

function repository(changes: Partial<RepositoryFacts> = {}): RepositoryFacts {
  const dir = `${project.path}/.git`;
  return {
    ...{
      place: '',
      dotGit: 'directory',
      gitDir: dir,
      commonDir: dir,
      objects: [`${dir}/objects`],
      borrowing: [],
      config: [],
    },
    ...changes,
  };
}

const mountsOf = (repositories: readonly RepositoryFacts[], changes = {}) =>
  gitMounts('acme', project, hostFacts({ workspace: { ...PLAIN_WORKSPACE, repositories }, ...changes }), place);
const lines = (repositories: readonly RepositoryFacts[]) =>
  mountsOf(repositories).map(({ source, target, write }) => `${source} ${target} ${write ? 'rw' : 'ro'}`);

describe('the mounts of a repository', () => {
  it('are none without one', () => {
    expect(mountsOf([])).toEqual([]);
  });

  it('are the box’s own directory over .git, and the objects of the host, read-only', () => {
    expect(lines([repository()])).toEqual([
      '/data/box/git/0 /workspace/.git rw',
      '/srv/proj/.git/objects /git-objects/0/0 ro',
    ]);
  });

  it('are a file over a .git file, and hide paths of the host in borrowed objects', () => {
    const dir = `${project.path}/.git`;
    const sub = {
      place: 'a/sub',
      dotGit: 'file',
      gitDir: `${dir}/modules/sub`,
      commonDir: `${dir}/modules/sub`,
    } as const;
    const objects = [`${sub.gitDir}/objects`, '/srv/ref/objects'];
    expect(lines([repository(), repository({ ...sub, objects, borrowing: objects.slice(0, 1) })]).slice(2)).toEqual([
      '/data/box/start/1/dot-git /workspace/a/sub/.git ro',
      '/data/box/git/1 /git-dirs/1 rw',
      '/srv/proj/.git/modules/sub/objects /git-objects/1/0 ro',
      '/data/box/start/empty-file /git-objects/1/0/info/alternates ro',
      '/srv/ref/objects /git-objects/1/1 ro',
    ]);
  });

  it('cover git directories and objects that lie elsewhere in the project, once each', () => {
    const bare = `${project.path}/.bare`;
    const objects = [`${bare}/objects`, `${project.path}/ref/objects`];
    const one = repository({ dotGit: 'file', gitDir: bare, commonDir: bare, objects });
    const two = repository({ dotGit: 'file', place: 'two', gitDir: `${bare}/worktrees/two`, commonDir: bare, objects });
    expect(lines([two, one]).slice(-2)).toEqual([
      '/data/box/start/empty /workspace/.bare ro',
      '/srv/proj/ref/objects /workspace/ref/objects ro',
    ]);
  });

  it.each([
    ['another client’s', '/srv/other/.git', 'belongs to client other'],
    ['agentbox’s own', '/home/user/.local/share/agentbox/clients/acme/x', 'agentbox’s own'],
    ['the system’s', '/var/lib/docker/x', 'is the host'],
  ])('are refused where they lead to %s', async (_, path, why) => {
    const claims = [{ client: 'other', projects: ['/srv/other'] }];
    for (const changes of [
      { commonDir: path },
      { gitDir: path },
      { objects: [`${project.path}/.git/objects`, path] },
    ]) {
      const error = await userError(() => mountsOf([repository({ dotGit: 'file', ...changes })], { claims }));
      expect(error).toMatchObject({ trouble: 'refused', message: `repository ${path} is refused` });
      expect(error.why).toContain(why.replace('’', "'"));
    }
  });

  it('have places that no mount of the user may cover', async () => {
    for (const target of ['/git-objects', '/git-objects/0', '/git-dirs/1']) {
      expect((await userError(() => guardTarget(target, []))).why).toContain('belongs to the box');
    }
  });

  it('get the label of the client only where they do not have it as part of the project', () => {
    const engine = { ...hostFacts().engine, selinux: true };
    const objects = ['/srv/proj/.git/objects', '/srv/ref/objects'];
    const labelled = mountsOf([repository({ objects, borrowing: objects.slice(0, 1) })], { engine }).filter(
      ({ relabel }) => relabel,
    );
    expect(labelled.map(({ source }) => source)).toEqual([
      '/data/box/git/0',
      '/data/box/start/empty-file',
      '/srv/ref/objects',
    ]);
  });
});
