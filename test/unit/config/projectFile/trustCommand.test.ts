import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { choose } from '../../../../src/box/resolveRun.ts';
import { registerTrust } from '../../../../src/cli/trust.ts';
import { NO_FLAGS, type RunFlags } from '../../../../src/config/flags.ts';
import { CancelledError } from '../../../../src/errors.ts';
import { runCommand, type TestContext, testContext } from '../../support/command.ts';
import { temporary, userError } from '../../support/config.ts';

const WIDENS = 'network: none\nallow: [api.test]\n# \u001b[2J\u202eharmless\n';

/** A home with a client, whose project has a file. */
async function ground(file = WIDENS) {
  const home = await temporary();
  const project = join(home, 'shop');
  await mkdir(project);
  await mkdir(join(home, '.config/agentbox'), { recursive: true });
  await writeFile(
    join(home, '.config/agentbox/config.yaml'),
    `clients: { acme: { projects: [${project}] }, globex: { projects: [${home}/globex] } }\n`,
    { mode: 0o600 },
  );
  await writeFile(join(project, '.agentbox.yaml'), file);
  const write = (text: string) => writeFile(join(project, '.agentbox.yaml'), text);
  return { home, project, write };
}

const run = (context: TestContext, ...argv: string[]) => runCommand(context, registerTrust, ...argv);
const settings = (home: string, dir: string, flags: Partial<RunFlags> = {}) =>
  choose(testContext(home), { dir, flags: { ...NO_FLAGS, ...flags }, scratch: false });

describe('agentbox trust', () => {
  it('shows the file in full, asks, and from then on it counts', async () => {
    const { home, project } = await ground();
    const before = await settings(home, project);
    expect(before.profile).toMatchObject({ client: 'acme', deny: [{ text: '*' }], allow: [] });
    expect(before.projectFile.notices).toEqual([
      'by .agentbox.yaml: network none',
      `not trusted, so without effect, of .agentbox.yaml: allow api.test; to read and trust it: agentbox trust --client acme ${project}`,
    ]);
    const yes = testContext(home, { answer: true });
    await run(yes, 'trust', project);
    expect(yes.written.err).toBe(`${project}/.agentbox.yaml says:
  | network: none
  | allow: [api.test]
  | # \\u{1b}[2J\\u{202e}harmless
counts without trust:
  network none
counts only when client acme trusts it:
  allow api.test
client acme trusts it, as long as it stays as it is
`);
    const after = await settings(home, project);
    expect(after.profile.allow).toEqual([{ text: 'api.test', from: '.agentbox.yaml' }]);
    expect(after.projectFile.notices).toEqual(['by .agentbox.yaml: network none; allow api.test']);
    const records = join(home, '.local/share/agentbox/clients/acme/projects.json');
    expect((await stat(records)).mode & 0o777).toBe(0o600);
    // Again there is nothing to ask.
    const again = testContext(home);
    await run(again, 'trust', project);
    expect(again.written.err).toContain('it is trusted already');
  });

  it('counts for that content only: a changed file is untrusted, which one line says', async () => {
    const { home, project, write } = await ground();
    await run(testContext(home), 'trust', '--yes', project);
    await write(`${WIDENS}packages: [nmap]\n`);
    const { profile, projectFile } = await settings(home, project);
    expect(profile).toMatchObject({ allow: [], packages: [] });
    expect(projectFile.notices).toHaveLength(2);
    expect(projectFile.notices[1]).toMatch(
      /^changed since you trusted it on 2026-01-02, so without effect, of \.agentbox\.yaml: allow api\.test; packages nmap; /,
    );
    const context = testContext(home);
    const refused = await userError(() => run(context, 'trust', project));
    expect(context.written.err).toContain('which is not what you trusted on 2026-01-02, says:');
    expect(refused).toMatchObject({
      trouble: 'refused',
      next: [`agentbox trust --yes --client acme ${project}, once you have read it`],
    });
    await write(WIDENS);
    expect((await settings(home, project)).profile.allow).toHaveLength(1);
  });

  it('counts for one client, project and answer', async () => {
    const { home, project } = await ground();
    await expect(run(testContext(home, { answer: false }), 'trust', project)).rejects.toBeInstanceOf(CancelledError);
    expect((await settings(home, project)).profile.allow).toEqual([]);
    expect(
      (await userError(() => run(testContext(home), 'trust', '--yes', '--client', 'globex', project))).trouble,
    ).toBe('refused');
    await run(testContext(home), 'trust', '--yes', project);
    const copy = join(home, 'copy');
    await mkdir(copy);
    await writeFile(join(copy, '.agentbox.yaml'), WIDENS);
    expect((await settings(home, copy, { client: 'acme' })).profile.allow).toEqual([]);
  });

  it('has nothing to remember of a file that only tightens, and none where there is none', async () => {
    const { home, project } = await ground('network: none\n');
    const context = testContext(home);
    await run(context, 'trust', project);
    expect(context.written.err).toContain('there is nothing in it that client acme would have to trust');
    await rm(join(project, '.agentbox.yaml'));
    expect((await userError(() => run(context, 'trust', project))).message).toBe(`${project} has no .agentbox.yaml`);
  });

  it('refuses a file that is not valid, as a run does', async () => {
    const { home, project } = await ground('image: evil\n');
    for (const act of [() => run(testContext(home), 'trust', '--yes', project), () => settings(home, project)]) {
      expect((await userError(act)).message).toContain('image: is not for a project to say');
    }
  });

  it('lists what is trusted and whether it is the same, and untrust takes it back', async () => {
    const { home, project, write } = await ground();
    await run(testContext(home), 'trust', '--yes', project);
    const list = async () => JSON.parse(await run(testContext(home), 'trust', '--list', '--json')) as object[];
    expect(await list()).toMatchObject([
      { client: 'acme', project, file: '.agentbox.yaml', trusted: '2026-01-02T03:04:05.000Z', state: 'the same' },
    ]);
    expect(await run(testContext(home), 'trust', '--list')).toMatch(
      /^CLIENT +PROJECT +FILE +SINCE +NOW\nacme .*shop +\.agentbox\.yaml +2026-01-02 +the same\n$/,
    );
    expect(await run(testContext(home), 'trust', '--list', '--json', '--client', 'globex')).toBe('[]\n');
    await write('network: none\n');
    expect(await list()).toMatchObject([{ state: 'changed' }]);
    await rm(project, { recursive: true });
    expect(await list()).toMatchObject([{ state: 'gone' }]);
    // The project need not be there.
    const context = testContext(home);
    await run(context, 'untrust', project);
    expect(context.written.err).toBe(`client acme trusts nothing of ${project}\n`);
    expect(await list()).toEqual([]);
    context.written.err = '';
    await run(context, 'untrust', project);
    expect(context.written.err).toBe(`client acme trusted nothing of ${project}\n`);
  });
});

describe('a run', () => {
  it('with --no-project-file goes without it, also where it is not valid, and says so', async () => {
    const { home, project, write } = await ground('image: evil\n');
    const { profile, projectFile } = await settings(home, project, { projectFile: false });
    expect(profile.network).toBe('gateway');
    expect(projectFile.notices).toEqual(['.agentbox.yaml of the project has no effect (--no-project-file)']);
    await rm(join(project, '.agentbox.yaml'));
    expect((await settings(home, project, { projectFile: false })).projectFile.notices).toEqual([]);
    await write('autonomy: ask\n');
    expect((await settings(home, project)).profile.autonomy).toBe('ask');
  });

  it('that makes a login, or has the client’s own folder, is no matter of a project', async () => {
    const { home, project } = await ground('autonomy: ask\n');
    const wanted = { dir: project, flags: { ...NO_FLAGS }, scratch: false, login: true };
    expect((await choose(testContext(home), wanted)).profile.autonomy).toBe('auto');
  });

  it('says where permissions come from that its agent cannot be told', async () => {
    const { home, project, write } = await ground('permissions: { claude: { deny: ["rm -rf"] } }\n');
    const error = await userError(() => settings(home, project));
    expect(error).toMatchObject({
      trouble: 'project',
      message: 'permissions.claude: "rm -rf" is no rule of claude',
      next: [
        'look at permissions in .agentbox.yaml: mend or remove it',
        'agentbox run --no-project-file …, to go without it',
      ],
    });
    await write('permissions: { codex: { deny: ["*"] } }\n');
    expect((await settings(home, project)).profile.permissions['codex']?.deny).toEqual(['*']);
  });

  it('says in one short line what a file asks for, whatever that is', async () => {
    const { home, project } = await ground(
      `allow: [${[...Array(150).keys()].map((n) => `host-${n}.test`).join(', ')}]\n`,
    );
    const { notices } = (await settings(home, project)).projectFile;
    expect(notices).toHaveLength(1);
    expect(notices[0]?.replace(project, '').length).toBeLessThan(400);
  });
});
