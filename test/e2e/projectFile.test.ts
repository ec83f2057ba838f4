import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneGround } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';

/** What tightens (a host that the client allows) and what widens (another, a variable), in one file. */
const FILE = `deny: [mine.invalid]
allow: [thing.invalid]
env: { MODE: dev }
`;
/** What is refused by the gateway for want of a rule, or let through and then not found. */
const ask = (host: string) =>
  `curl -s -o /dev/null -D - http://${host}/ | tr -d "\\r" | sed -n "s/^X-Agentbox-Refused: //Ip"`;
const SCRIPT = `${ask('mine.invalid')}; ${ask('thing.invalid')}; echo "mode \${MODE-none}"`;
const [UNTRUSTED, TRUSTED] = ['denied\nnot-allowed\nmode none\n', 'denied\nunresolved\nmode dev\n'];

const tested = oneGround().filter(({ gvisor }) => !gvisor);

describe.each(tested.map((ground) => [ground.name, ground] as const))('a project file, on %s', (_, ground) => {
  let lab: Lab;
  let place = '';

  beforeAll(() => {
    lab = makeLab(ground);
    place = join(lab.project, '.agentbox.yaml');
    lab.config(`
defaults: { agent: shell, network: gateway, allow_degraded: [memory-limit, cpus-limit, pids-limit] }
clients:
  acme:
    projects: [${lab.project}]
    allow: [mine.invalid]
    credentials: { SHOP_KEY: { env: CALLERS_KEY, hosts: [api.invalid] } }
`);
  });
  afterAll(() => lab?.close());

  const env = { CALLERS_KEY: 'the-key-of-the-caller' };
  const inBox = (script: string, ...flags: string[]) =>
    lab.agentbox(['run', ...ground.flags, ...flags, '--', 'sh', '-c', script], { env, limit: 110_000 });
  const trust = (...args: string[]) => lab.agentbox(['trust', ...args]);

  it('that is not there changes nothing', async () => {
    expect(await inBox(SCRIPT)).toMatchObject({ code: 0, stdout: 'unresolved\nnot-allowed\nmode none\n' });
  });

  it('that nobody trusts tightens, and widens nothing; one line says so', async () => {
    lab.writeState(place, FILE);
    const ended = await inBox(SCRIPT);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: UNTRUSTED });
    expect(ended.stderr).toContain('agentbox: by .agentbox.yaml: deny mine.invalid\n');
    expect(ended.stderr).toContain(
      'agentbox: not trusted, so without effect, of .agentbox.yaml: allow thing.invalid; variable MODE; ' +
        `to read and trust it: agentbox trust --client acme ${lab.project}\n`,
    );
  });

  it('is not trusted without a yes', async () => {
    const ended = await trust();
    expect(ended.code).toBe(125);
    expect(ended.stderr).toContain('  | allow: [thing.invalid]\n');
    expect(ended.stderr).toContain(`agentbox trust --yes --client acme ${lab.project}`);
    expect(existsSync(join(lab.data, 'clients/acme/projects.json'))).toBe(false);
  });

  it('widens once it is trusted, and the plan says where it comes from', async () => {
    expect(await trust('--yes')).toMatchObject({ code: 0 });
    const ended = await inBox(SCRIPT);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: TRUSTED });
    expect(ended.stderr).toContain(
      'agentbox: by .agentbox.yaml: deny mine.invalid; allow thing.invalid; variable MODE\n',
    );
    const dry = await lab.agentbox(['run', ...ground.flags, '--dry-run', '--json'], { env });
    const plan = JSON.parse(dry.stdout) as { policy: string[]; projectFile: object; overThePipe: string[] };
    expect(plan.policy).toContain('allow thing.invalid (.agentbox.yaml)');
    expect(plan.projectFile).toMatchObject({ path: place, trusted: true, ignored: [] });
    expect(plan.overThePipe).toContain('MODE');
  });

  it('changed in the box is untrusted from the next run on', async () => {
    const hostile = 'printf "packages: [nmap]\\n" >> .agentbox.yaml';
    const writing = await inBox(`${hostile}; ${SCRIPT}`);
    // The run that is there already keeps what it had.
    expect(writing, writing.stderr).toMatchObject({ code: 0, stdout: TRUSTED });
    const ended = await inBox(SCRIPT);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: UNTRUSTED });
    expect(ended.stderr).toMatch(/agentbox: changed since you trusted it on \d{4}-\d\d-\d\d, so without effect, of/);
    const list = await trust('--list', '--json');
    expect(JSON.parse(list.stdout)).toMatchObject([{ client: 'acme', project: lab.project, state: 'changed' }]);
  });

  it('that a box made worse is a nuisance: the next run is tighter, or stops and says how to go on', async () => {
    await inBox('echo "network: none" > .agentbox.yaml');
    const offline = await inBox(ask('mine.invalid'));
    expect(offline, offline.stderr).toMatchObject({ code: 0, stdout: 'denied\n' });
    await inBox('rm .agentbox.yaml; ln -s /etc/passwd .agentbox.yaml');
    for (const script of ['rm -f .agentbox.yaml; echo "image: evil" > .agentbox.yaml', 'rm .agentbox.yaml']) {
      const stopped = await inBox('true');
      expect(stopped.code).toBe(125);
      expect(stopped.stderr).toContain('agentbox run --no-project-file …, to go without it');
      expect(await inBox(script, '--no-project-file')).toMatchObject({ code: 0 });
    }
    expect(await inBox('true')).toMatchObject({ code: 0 });
  });

  it('that takes the network away does not bring the client’s keys into the box', async () => {
    lab.writeState(place, 'network: none\n');
    const key = await inBox('printenv SHOP_KEY');
    expect(key, key.stderr).toMatchObject({ code: 0 });
    expect(key.stdout).not.toContain(env.CALLERS_KEY);
    // The user's own flag does, for want of a gateway.
    expect((await inBox('printenv SHOP_KEY', '--network', 'none')).stdout).toContain(env.CALLERS_KEY);
  });

  it('is no matter of the host’s own files, whatever it is called', async () => {
    lab.writeState(place, FILE);
    expect(await trust('--yes')).toMatchObject({ code: 0 });
    const record = join(lab.data, 'clients/acme/projects.json');
    expect(Object.keys(JSON.parse(readFileSync(record, 'utf8')) as object)).toEqual([lab.project]);
    const untrusted = await lab.agentbox(['untrust']);
    expect(untrusted.stderr).toBe(`client acme trusts nothing of ${lab.project}\n`);
    expect((await inBox(SCRIPT)).stdout).toBe(UNTRUSTED);
    rmSync(place);
  });
});
