import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bindingOf, claimsOf, overlapsOf } from '../../../src/config/binding.ts';
import { realPathOf } from '../../../src/config/realPath.ts';
import { configOf, temporary, userError } from '../support/config.ts';

const same = async (path: string) => path;
const config = configOf({ acme: { projects: ['/w/acme', '/w/shared'] }, beta: { projects: ['/w/beta'] }, free: {} });

test.each([
  ['a project of its own folder', '/w/acme', undefined, 'acme'],
  ['a project in its folder', '/w/acme/deep/er', undefined, 'acme'],
  ['its second folder', '/w/shared/x', undefined, 'acme'],
  ['the client that is asked for', '/w/beta/x', 'beta', 'beta'],
  ['nobody’s folder', '/home/user/x', undefined, 'default'],
  ['nobody’s folder, for a client with others', '/home/user/x', 'acme', 'acme'],
  ['a name that only begins alike', '/w/acme2', undefined, 'default'],
])('%s binds', async (_what, project, requested, client) => {
  expect(await bindingOf(config, project, requested, same)).toBe(client);
});

test.each([
  ['inside', '/w/acme/x', 'beta', /\/w\/acme belongs to client acme/],
  ['equal', '/w/acme', 'default', /\/w\/acme belongs to client acme/],
  ['around two clients', '/w', undefined, /\/w\/acme, which it contains,.*acme.*\/w\/beta, which/],
  ['around another client’s', '/w', 'acme', /\/w\/beta, which it contains, belongs to client beta/],
  ['the root', '/', 'acme', /beta/],
])('a project that is %s is refused and says whose it is', async (_what, project, requested, why) => {
  const error = await userError(() => bindingOf(config, project, requested, same));
  expect(error.trouble).toBe('refused');
  expect(error.why).toMatch(why);
});

test('around one client’s folder the error offers that client, and then it runs', async () => {
  const one = configOf({ acme: { projects: ['/w/acme/a'] } });
  const error = await userError(() => bindingOf(one, '/w/acme', undefined, same));
  expect(error.next).toEqual(['agentbox run --client acme …']);
  expect(await bindingOf(one, '/w/acme', 'acme', same)).toBe('acme');
});

const path = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join('/')}`);

test('no client ever gets a project that touches another client’s folder', async () => {
  const related = (a: string, b: string) => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
  await fc.assert(
    fc.asyncProperty(
      path,
      path,
      path,
      fc.constantFrom(undefined, 'one', 'two', 'default'),
      async (mine, theirs, project, requested) => {
        fc.pre(!related(mine, theirs));
        const both = configOf({ one: { projects: [mine] }, two: { projects: [theirs] } });
        const client = await bindingOf(both, project, requested, same).catch(() => undefined);
        const touched = [...(related(mine, project) ? ['one'] : []), ...(related(theirs, project) ? ['two'] : [])];
        if (client === undefined) expect(touched.length).toBeGreaterThan(0);
        else expect(touched.filter((owner) => owner !== client)).toEqual([]);
        if (client !== undefined && requested !== undefined) expect(client).toBe(requested);
      },
    ),
  );
});

test('links do not lead around the binding', async () => {
  const folder = await temporary();
  await mkdir(join(folder, 'acme/project'), { recursive: true });
  await symlink(join(folder, 'acme'), join(folder, 'link'));
  const linked = configOf({ acme: { projects: [join(folder, 'link')] } });
  expect(await bindingOf(linked, join(folder, 'acme/project'), undefined, realPathOf)).toBe('acme');
  const claims = await claimsOf(
    configOf({ acme: { projects: [join(folder, 'link')] }, beta: { projects: [join(folder, 'acme')] } }),
    realPathOf,
  );
  expect(overlapsOf(claims)).toEqual([{ client: 'beta', index: 0, project: join(folder, 'acme'), other: 'acme' }]);
});

test('a folder that is not there yet is found through the links above it', async () => {
  const folder = await temporary();
  await mkdir(join(folder, 'real'));
  await symlink(join(folder, 'real'), join(folder, 'link'));
  expect(await realPathOf(join(folder, 'link/not/yet'))).toBe(join(folder, 'real/not/yet'));
});

test('a loop of links is a mistake, not a free folder', async () => {
  const folder = await temporary();
  await symlink(join(folder, 'b'), join(folder, 'a'));
  await symlink(join(folder, 'a'), join(folder, 'b'));
  expect((await userError(() => realPathOf(join(folder, 'a')))).why).toBe('ELOOP');
});
