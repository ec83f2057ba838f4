import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaks, leakyPlaces } from './support/canary.ts';
import { grounds } from './support/engines.ts';
import { type Ended, type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';
import { makeSecrets, type Secrets } from './support/secrets.ts';
import { type OwnImage, standInAgent } from './support/standInAgent.ts';

type Client = Readonly<Record<string, unknown>>;

// The runtime makes no difference to what agentbox says.
const engines = grounds().filter((ground) => !ground.gvisor);

describe.each(engines.map((ground) => [ground.name, ground] as const))('what agentbox says on %s', (_, ground) => {
  let lab: Lab;
  let image: OwnImage;
  let secrets: Secrets;

  beforeAll(async () => {
    lab = makeLab(ground);
    image = await standInAgent(lab);
    secrets = makeSecrets(lab, image.ref);
  });

  afterAll(() => {
    image?.remove();
    lab?.close();
  });

  const say = (args: readonly string[]) => lab.agentbox(args, { env: secrets.callersEnv });
  const engine = ground.flags.slice(0, 2);
  const found = ({ stdout, stderr }: Ended) => {
    const places = new Map([
      ['stdout', Buffer.from(stdout)],
      ['stderr', Buffer.from(stderr)],
    ]);
    return leaks(places, secrets.all);
  };

  it.each<[string, readonly string[]]>([
    ['run --dry-run', ['run', '--dry-run', '--env', 'FROM_FLAG', ...ground.flags]],
    ['run --dry-run --json', ['run', '--dry-run', '--json', '--env', 'FROM_FLAG', ...ground.flags]],
    ['config show', ['config', 'show', '--client', 'acme']],
    ['config show --json', ['config', 'show', '--client', 'acme', '--json']],
    ['config validate --json', ['config', 'validate', '--json']],
    ['creds', ['creds', '--client', 'acme']],
    ['creds --json', ['creds', '--client', 'acme', '--json']],
    ['creds --fresh', ['creds', '--client', 'acme', '--agent', 'claude', '--fresh']],
    ['client show --json', ['client', 'show', 'acme', '--json']],
    ['client ls --json', ['client', 'ls', '--json']],
    ['build --json', ['build', '--client', 'acme', '--json', ...engine]],
    ['ls --json', ['ls', '--json', ...engine]],
  ])('has no secret in it: %s', async (_, args) => {
    const ended = await say(args);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(found(ended)).toEqual([]);
  });

  it('names the secrets, so the search had something to find', async () => {
    const plan = await say(['run', '--dry-run', '--json', '--env', 'FROM_FLAG', ...ground.flags]);
    for (const { name } of secrets.env.filter(({ name }) => name !== 'FROM_ENV_FILE')) {
      expect(plan.stdout).toContain(name);
    }
    // The control: the agent says all it knows, in every form.
    const words = secrets.env.map(({ name }) => `"$${name}"`).join(' ');
    const script = `printf '%s\\n' ${words}; printf %s ${words} | base64 -w0`;
    const told = await say(['run', '--env', 'FROM_FLAG', ...ground.flags, '--', '-p', script]);
    for (const { name } of secrets.env) expect(found(told)).toContain(`${name} (as it is) in stdout`);
    expect(found(told).join()).toContain('(base64) in stdout');
  });

  describe('has no secret in an error', () => {
    const broken = (change: (client: Client) => Client | string) => () => {
      const changed = change(secrets.client);
      lab.config(typeof changed === 'string' ? changed : JSON.stringify({ clients: { acme: changed } }, null, 2));
    };
    const value = () => secrets.env[2]?.value ?? '';
    const kept = (name: string, content: string) => {
      const path = join(lab.home, 'keep', name);
      lab.write(path, content);
      return path;
    };
    const credential = (entry: unknown) => (client: Client) => ({ ...client, credentials: { TOKEN: entry } });

    it.each<[string, RegExp, () => readonly string[]]>([
      ['an agent that is not there', /no agent "clade"/, () => ['--agent', 'clade']],
      ['a mount that is refused', /mount \/ is refused/, () => ['--mount', '/:/data']],
      ['an image that is not there', /no\/such:1/, () => ['--image', 'no/such:1']],
      ['a rule that needs consent', /lets the box reach every name/, () => ['--allow', '*']],
      ['a variable that is none', /not a name of a variable/, () => ['--env', `BAD NAME=${value()}`]],
      ['an option that is none', /unknown option/, () => [`--evn=TOKEN=${value()}`]],
      ['an argument too many', /too many arguments/, () => ['.', value()]],
      ['a flag of the engine', /--engine-arg env is refused/, () => ['--engine-arg', `env=TOKEN=${value()}`]],
      ['a flag that no engine has', /is not in the table/, () => ['--engine-arg', `ENV=${value()}`]],
    ])('about %s', async (_, message, args) => {
      const ended = await say(['run', '--client', 'acme', ...ground.flags, '--env', 'FROM_FLAG', ...args()]);
      expect(ended.stderr).toMatch(message);
      expect(ended.code).toBeGreaterThan(1);
      expect(found(ended)).toEqual([]);
    });

    it.each<[string, RegExp, () => void]>([
      [
        'an env_file with a line that is none',
        /vars:2 is not NAME=VALUE/,
        broken((client) => ({ ...client, env_file: kept('vars', `A=1\n${value()}\n`) })),
      ],
      [
        'an env_file that others can read',
        /can be read by others/,
        broken((client) => {
          const path = kept('open', `A='${value()}'\n`);
          chmodSync(path, 0o644);
          return { ...client, env_file: path };
        }),
      ],
      [
        'broken YAML',
        /config.yaml:4/,
        broken(() => `clients:\n  acme:\n    env: { TOKEN: "${value().slice(0, 24)}, "\n`),
      ],
      [
        'a secret in the place of its source',
        /must be a group of keys/,
        broken((client) => credential(value())(client)),
      ],
      ['a list in the place of a value', /must be text/, broken((client) => ({ ...client, env: { A: [value()] } }))],
      [
        'a command that fails',
        /gave no value/,
        broken((client) =>
          credential({
            command: ['sh', '-c', `cat '${kept('said', value())}'; cat '${kept('said', value())}' >&2; exit 3`],
          })(client),
        ),
      ],
      [
        'a value that no environment can hold',
        /holds a NUL byte/,
        broken((client) => credential({ file: kept('nul', `${value()}\0`) })(client)),
      ],
      [
        'a value that is too long for one',
        /cannot start claude: Argument list too long/,
        broken((client) => credential({ file: kept('long', value().padEnd(200_000, 'x')) })(client)),
      ],
      [
        'a place that is not the box’s own',
        /cannot be delivered to \/workspace\/token/,
        broken((client) => credential({ file: kept('x', value()), deliver: { file: '/workspace/token' } })(client)),
      ],
    ])('about %s', async (_, message, arrange) => {
      arrange();
      const ended = await say(['run', '--client', 'acme', ...ground.flags, '--', '-p', 'true']);
      expect(ended.stderr).toMatch(message);
      expect(ended.code).toBeGreaterThan(1);
      expect(found(ended)).toEqual([]);
      expect(leakyPlaces(new Map([['control', Buffer.from(value())]]), secrets.all)).toEqual(['control']);
    });
  });

  it('leaves nothing behind', async () => {
    await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
  });
});
