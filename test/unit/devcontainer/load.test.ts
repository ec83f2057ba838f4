import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDevcontainer } from '../../../src/devcontainer/load.ts';
import { temporary, userError } from '../support/config.ts';

/** A project with these files, beside a folder `outside` that holds a Dockerfile. */
async function projectWith(files: Record<string, string>): Promise<string> {
  const root = await temporary();
  const project = join(root, 'project');
  for (const [path, content] of Object.entries({ 'outside/Dockerfile': 'FROM evil\n', ...prefixed(files) })) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await mkdir(project, { recursive: true });
  return project;
}
const prefixed = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`project/${path}`, content]));
const building = (build: object) => ({
  '.devcontainer/devcontainer.json': JSON.stringify({ build }),
  '.devcontainer/Dockerfile': 'FROM node:22\n',
});

describe('the devcontainer.json of a project', () => {
  it('lies in one of two places, the folder first', async () => {
    expect(await loadDevcontainer(await projectWith({}))).toBeUndefined();
    const plain = await projectWith({ '.devcontainer.json': '{"image":"a"}' });
    expect(await loadDevcontainer(plain)).toMatchObject({ file: '.devcontainer.json', image: { image: 'a' } });
    await mkdir(join(plain, '.devcontainer'));
    await writeFile(join(plain, '.devcontainer/devcontainer.json'), '{"image":"b"}');
    expect(await loadDevcontainer(plain)).toMatchObject({ image: { image: 'b' } });
  });

  it('names a Dockerfile and a context, as they are seen from its folder', async () => {
    const project = await projectWith({
      ...building({ dockerfile: './Dockerfile', context: '..' }),
      '.dockerignore': 'x',
    });
    const found = await loadDevcontainer(project);
    expect(found?.image).toEqual({
      build: {
        dockerfile: 'FROM node:22\n',
        context: project,
        args: {},
        target: undefined,
        root: project,
        key: found?.sha256,
      },
    });
    expect(Object.keys(found?.files ?? {})).toEqual(['.devcontainer/Dockerfile', '.dockerignore']);
  });

  it.each([
    ['the file', '.devcontainer/devcontainer.json', '{"image":"b"}'],
    ['the Dockerfile', '.devcontainer/Dockerfile', 'FROM node:24\n'],
    ['what the context leaves out', '.devcontainer/.dockerignore', 'x'],
    ['what lies in the context', '.devcontainer/more', ''],
  ])('has another hash when %s changes', async (_, path, content) => {
    const project = await projectWith(building({ dockerfile: 'Dockerfile' }));
    const before = await loadDevcontainer(project);
    expect((await loadDevcontainer(project))?.sha256).toBe(before?.sha256);
    await writeFile(join(project, path), content);
    expect((await loadDevcontainer(project))?.sha256).not.toBe(before?.sha256);
  });

  it.each([
    ['a Dockerfile', { dockerfile: '../../outside/Dockerfile' }],
    ['a Dockerfile by its whole path', { dockerfile: '/etc/hostname' }],
    ['a context', { dockerfile: 'Dockerfile', context: '../../outside' }],
    ['a context by its whole path', { dockerfile: 'Dockerfile', context: '/' }],
    ['a context around the project', { dockerfile: 'Dockerfile', context: '../..' }],
  ])('cannot name %s outside the project', async (_, build) => {
    const project = await projectWith(building(build));
    expect(await userError(() => loadDevcontainer(project))).toMatchObject({
      trouble: 'refused',
      why: `it is outside of ${project}`,
    });
  });

  it.each([
    ['.devcontainer/Dockerfile', '../../outside/Dockerfile', { dockerfile: 'Dockerfile' }],
    ['link', '../outside', { dockerfile: '../link/Dockerfile' }],
    ['.devcontainer/context', '../../outside', { dockerfile: 'Dockerfile', context: 'context' }],
    ['.devcontainer/.dockerignore', '../../outside/Dockerfile', { dockerfile: 'Dockerfile' }],
  ])('is refused when %s is a link to %s', async (path, target, build) => {
    const project = await projectWith(building(build));
    await rm(join(project, path), { force: true });
    await symlink(target, join(project, path));
    expect(await userError(() => loadDevcontainer(project))).toMatchObject({
      trouble: 'refused',
      why: `a link leads out of ${project}`,
    });
  });

  it('is refused when it lies outside itself', async () => {
    const project = await projectWith({});
    await writeFile(join(project, '../outside/devcontainer.json'), '{"image":"a"}');
    await symlink('../outside', join(project, '.devcontainer'));
    expect((await userError(() => loadDevcontainer(project))).why).toBe(`a link leads out of ${project}`);
  });

  it('may be reached by links inside the project', async () => {
    const project = await projectWith({ 'docker/dev': 'FROM node:22\n', ...building({ dockerfile: 'Dockerfile' }) });
    await rm(join(project, '.devcontainer/Dockerfile'));
    await symlink('../docker/dev', join(project, '.devcontainer/Dockerfile'));
    expect(await loadDevcontainer(project)).toMatchObject({ image: { build: { dockerfile: 'FROM node:22\n' } } });
  });

  it('waits for no pipe and reads no endless file', async () => {
    const project = await projectWith(building({ dockerfile: 'Dockerfile' }));
    await rm(join(project, '.devcontainer/Dockerfile'));
    execFileSync('mkfifo', [join(project, '.devcontainer/Dockerfile')]);
    expect((await userError(() => loadDevcontainer(project))).why).toBe('it is no file');
    await rm(join(project, '.devcontainer/Dockerfile'));
    await writeFile(join(project, '.devcontainer/Dockerfile'), Buffer.alloc(2 * 1024 * 1024));
    expect((await userError(() => loadDevcontainer(project))).why).toBe('it has more than 1048576 bytes');
  });

  it('says what is missing', async () => {
    const project = await projectWith(building({ dockerfile: 'no-such' }));
    expect((await userError(() => loadDevcontainer(project))).message).toBe(
      `there is no ${project}/.devcontainer/no-such`,
    );
    const other = await projectWith(building({ dockerfile: 'Dockerfile', context: 'no-such' }));
    expect((await userError(() => loadDevcontainer(other))).why).toBe('devcontainer.json names it as build.context');
    const file = await projectWith(building({ dockerfile: 'Dockerfile', context: 'Dockerfile' }));
    expect((await userError(() => loadDevcontainer(file))).message).toContain('cannot read');
  });

  it('cannot be read through a path that leads out, however it is written', async () => {
    const project = await projectWith(building({ dockerfile: 'Dockerfile' }));
    const part = fc.constantFrom(
      '..',
      '.',
      'outside',
      '.devcontainer',
      'Dockerfile',
      '',
      'project',
      '/',
      '~',
      '%2e%2e',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 8 }), async (parts) => {
        const build = { dockerfile: parts.join('/') };
        await writeFile(join(project, '.devcontainer/devcontainer.json'), JSON.stringify({ build }));
        try {
          const found = await loadDevcontainer(project);
          expect(found?.image).toMatchObject({ build: { dockerfile: 'FROM node:22\n' } });
        } catch (error) {
          expect(error).toMatchObject({ trouble: expect.stringMatching(/^(refused|project)$/) });
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('a file that may not be read is told, not passed over', async () => {
  if (process.getuid?.() === 0) return;
  const project = await projectWith({ '.devcontainer.json': '{"image":"a"}' });
  await chmod(join(project, '.devcontainer.json'), 0);
  expect((await userError(() => loadDevcontainer(project))).why).toBe('permission denied');
});
