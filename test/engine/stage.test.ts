import { createHash, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePayload, type Frame, READY } from '../../src/box/payload.ts';
import { baseImage, findEngine } from './support/engines.ts';
import {
  type Channel,
  ownedDirectory,
  type RawEngine,
  rawEngines,
  runStage,
  runStageOnTerminal,
} from './support/stageBox.ts';

const { engines, missing } = rawEngines();
if (missing.length > 0) {
  if (process.env['AGENTBOX_TEST_REQUIRE'] === '1') throw new Error(`engines are required: ${missing.join(', ')}`);
  console.warn(`stage tests skipped for ${missing.join(', ')}: no such engine answers`);
}

const SECRET = `s3cret-${randomBytes(8).toString('hex')}`;
const BIG = randomBytes(24 * 1024)
  .toString('hex')
  .padEnd(64 * 1024, 'é"$\\%');
const AUTHORITY = '-----BEGIN CERTIFICATE-----\nMIIB+a/=\n-----END CERTIFICATE-----\n';
const sha = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const bash = (script: string) => ['bash', '-c', script];
const env = (name: string, value: string): Frame => ({ op: 'env', name, value });
const file = (path: string, content: string, when: 'once' | 'always' = 'always'): Frame => ({
  op: 'file',
  path,
  mode: '600',
  when,
  content,
});
const channelsOf = (engine: RawEngine): Channel[] => (engine.podman ? ['stdin', 'fd3'] : ['stdin']);
const onEach = describe.each(engines.map((engine) => ({ engine, name: engine.name })));
const go = encodePayload([]);

onEach('the stage on $name', ({ engine }) => {
  let image: string;
  beforeAll(async () => {
    const tested = findEngine(engine.podman ? 'podman' : 'docker');
    if (tested === undefined) throw new Error(`${engine.name} answers its own command but not agentbox`);
    image = await baseImage(tested);
  });

  const run = (script: string, frames: readonly Frame[] = [], binds: readonly string[] = []) =>
    runStage(engine, { image, channel: 'stdin', argv: bash(script), payload: encodePayload(frames), binds });

  it.each(channelsOf(engine))('leaves every byte after the payload to the agent (%s)', async (channel) => {
    const input = randomBytes(200_000);
    const ended = await runStage(engine, {
      image,
      channel,
      argv: bash('sha256sum; for fd in 3 4 5; do { true >&$fd; } 2>/dev/null && echo $fd; done; true'),
      payload: encodePayload([env('A', SECRET)]),
      input,
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toBe(`${sha(input)}  -\n`);
  });

  it.each(channelsOf(engine))('carries a value of 64 KiB (%s)', async (channel) => {
    const ended = await runStage(engine, {
      image,
      channel,
      argv: bash('printf %s "$BIG" | sha256sum'),
      payload: encodePayload([env('BIG', BIG)]),
    });
    expect(ended.stdout).toContain(sha(BIG));
  });

  it.each([...(engine.podman ? ['fd3' as const] : []), 'terminal' as const])(
    'carries it with a terminal, echoes nothing and restores the terminal (%s)',
    async (channel) => {
      const name = `agentbox-stage-test-${randomBytes(4).toString('hex')}`;
      const argv = bash('printf %s "$BIG" | sha256sum; stty -a; read -r line; echo "got:$line"');
      const payload = encodePayload([env('BIG', BIG), env('TOKEN', SECRET)]);
      try {
        const ended = await runStageOnTerminal(engine, {
          image,
          channel,
          argv,
          payload,
          input: 'typed\n',
          flags: ['--name', name, ...(engine.podman ? [] : ['--detach-keys', 'ctrl-@'])],
        });
        const log = await execa(engine.command[0] ?? '', [...engine.command.slice(1), 'logs', name]);
        expect(ended.code).toBe(0);
        for (const text of [ended.output, log.stdout + log.stderr]) {
          expect(text).not.toContain(SECRET);
          expect(text).not.toContain(BIG.slice(100, 140));
          expect(text).not.toContain('agentbox1');
        }
        expect(ended.output).toContain(sha(BIG));
        expect(ended.output.includes(READY)).toBe(channel === 'terminal');
        expect(ended.output).toContain('got:typed');
        expect(ended.output).toMatch(/^isig icanon iexten echo /m);
      } finally {
        await execa(engine.command[0] ?? '', [...engine.command.slice(1), 'rm', '-f', name], { reject: false });
      }
    },
  );

  it('keeps values out of PID 1, of every command line and of its own process', async () => {
    const script = 'cat /proc/1/environ /proc/[0-9]*/cmdline | tr "\\0" " "; echo; printenv TOKEN';
    const ended = await run(script, [env('TOKEN', SECRET)]);
    const [elsewhere, own] = ended.stdout.trim().split('\n');
    expect(own).toBe(SECRET);
    expect(elsewhere).not.toContain(SECRET);
    expect(elsewhere).toContain('/usr/bin/tini');
  });

  it('writes files 0600 below directories 0700, and links', async () => {
    const state = ownedDirectory(engine);
    try {
      const frames: Frame[] = [
        file('/home/agent/.claude/deep/er/a.json', SECRET),
        { op: 'file', path: '/home/agent/.claude/b', mode: '644', when: 'always', content: '' },
        { op: 'link', path: '/home/agent/.claude/commands', target: '/opt/x y' },
        { op: 'link', path: '/home/agent/.claude/b', target: '/nowhere' },
      ];
      const ended = await run("find ~/.claude -mindepth 1 -printf '%P %y%m %l\\n' | sort; umask", frames, [
        `${state.path}:/home/agent/.claude`,
      ]);
      expect(ended.stdout.trim().split('\n')).toEqual([
        'b f644 ',
        'commands l777 /opt/x y',
        'deep d700 ',
        'deep/er d700 ',
        'deep/er/a.json f600 ',
        '0022',
      ]);
      expect(ended.stderr).toBe('agentbox: left /home/agent/.claude/b alone: File exists\n');
    } finally {
      state.remove();
    }
  });

  it('writes a file that exists again or, with once, never', async () => {
    const ended = await run('cat /tmp/a /tmp/b', [
      file('/tmp/a', 'old'),
      file('/tmp/a', 'new'),
      file('/tmp/b', 'old'),
      file('/tmp/b', 'new', 'once'),
    ]);
    expect(ended.stdout).toBe('newold');
  });

  it('adds authorities to those of the image', async () => {
    const frames: Frame[] = [AUTHORITY, AUTHORITY.trimEnd()].map((authority) => ({ op: 'trust', authority }));
    const bundle = '/run/agentbox/ca-certificates.crt';
    const own = '/etc/ssl/certs/ca-certificates.crt';
    const ended = await run(
      `perl -e 'printf "%o\\n", (stat shift)[2] & 0777' ${bundle}; cmp -n $(wc -c <${own}) ${own} ${bundle} && tail -7 ${bundle}`,
      frames,
    );
    expect(ended).toEqual({ code: 0, stdout: `644\n${AUTHORITY}\n${AUTHORITY}`, stderr: '' });
    expect((await run(`test -e ${bundle}`)).code).toBe(1);
  });

  it('follows no link that an earlier run planted in the state', async () => {
    const [state, project] = [ownedDirectory(engine), ownedDirectory(engine)];
    try {
      for (const name of ['always', 'once']) symlinkSync(`/workspace/${name}`, join(state.path, name));
      mkdirSync(join(project.path, 'dir'));
      symlinkSync('/workspace/dir', join(state.path, 'dir'));
      await execa('chown', ['-hR', String(engine.uid), state.path, project.path]);
      const binds = [`${state.path}:/home/agent/.claude`, `${project.path}:/workspace`];
      const planted = (name: string, when: 'once' | 'always') => file(`/home/agent/.claude/${name}`, SECRET, when);
      const written = await run('true', [planted('always', 'always'), planted('once', 'once')], binds);
      expect(written).toMatchObject({ code: 0, stderr: '' });
      expect(existsSync(join(project.path, 'always'))).toBe(false);
      expect(existsSync(join(project.path, 'once'))).toBe(false);
      expect(lstatSync(join(state.path, 'always')).isFile()).toBe(true);
      expect(readFileSync(join(state.path, 'always'), 'utf8')).toBe(SECRET);
      const refused = await run('true', [planted('dir/a', 'always')], binds);
      expect(refused).toMatchObject({
        code: 125,
        stderr: 'agentbox: /home/agent/.claude/dir is a link; take it away and try again\n',
      });
      expect(existsSync(join(project.path, 'dir/a'))).toBe(false);
    } finally {
      state.remove();
      project.remove();
    }
  });

  it('starts nothing when the payload ends early', async () => {
    const payload = encodePayload([env('TOKEN', SECRET)]);
    for (const part of [Buffer.alloc(0), payload.subarray(0, 5), payload.subarray(0, -1)]) {
      const ended = await runStage(engine, { image, channel: 'stdin', argv: ['echo', 'started'], payload: part });
      expect(ended).toEqual({
        code: 125,
        stdout: '',
        stderr: 'agentbox: the payload ended too early; nothing was started\n',
      });
    }
  });

  it('starts nothing when the payload does not come in time', async () => {
    // The real one waits for a minute; a copy that waits for a second is the same program.
    const script =
      "sed 's/= (60)/= (1)/' /usr/local/lib/agentbox/stage >/tmp/stage; perl /tmp/stage stdin -- echo started < <(sleep 9)";
    const ended = await run(script);
    expect(ended).toEqual({ code: 125, stdout: '', stderr: 'agentbox: the payload did not come within 1 s\n' });
  });

  it('starts nothing when the payload is malformed, and does not repeat it', async () => {
    const framed = (body: string) => Buffer.from(`agentbox1 ${Buffer.byteLength(body)}\n${body}`);
    const bad = [
      Buffer.from(`${SECRET}${SECRET}\n`),
      Buffer.from('agentbox2 0\n'),
      Buffer.from('agentbox1 -1\n'),
      framed(`nonsense 3\nabc${SECRET}`),
      framed(`env 5 ${SECRET.length}\nA B=C${SECRET}`),
      framed(`env 1\nA`),
      framed(`env 1 99999\nA${SECRET}`),
      framed(`env 1 4\nAab\0d`),
      framed(`file 4 3 6 1\na/bc600alwaysx`),
      framed(`file 4 4 6 1\n/tmp4755alwaysx`),
      framed(`file 4 3 5 1\n/tmp600neverx`),
      framed('relay 1 5\nx17080'),
      framed('relay 2 3\n/x080'),
      framed('relay 2 5\n/x99999'),
      framed(`relay 108 5\n/${'x'.repeat(107)}17080`),
      framed(`trust ${SECRET.length}\n${SECRET}`),
      framed(`trust ${AUTHORITY.length + SECRET.length}\n${AUTHORITY}${SECRET}`),
    ];
    const argv = bash(`for f in /bad/*; do /usr/local/lib/agentbox/stage stdin -- echo started <$f; echo $?; done`);
    const frames = bad.map(
      (payload, index): Frame =>
        ({ ...file(`/tmp/bad/${String(index).padStart(2, '0')}`, ''), content: payload.toString('latin1') }) as Frame,
    );
    const ended = await runStage(engine, {
      image,
      channel: 'stdin',
      argv: argv.map((part) => part.replace('/bad', '/tmp/bad')),
      payload: encodePayload(frames),
    });
    expect(ended.stdout.trim().split('\n')).toEqual(bad.map(() => '125'));
    expect(ended.stderr.trim().split('\n')).toEqual(
      bad.map(() => 'agentbox: the payload is malformed; nothing was started'),
    );
  });

  it.each([
    { argv: ['/nowhere/agent'], code: 127, message: 'cannot start /nowhere/agent: No such file or directory' },
    { argv: ['no-such-agent'], code: 127, message: 'cannot start no-such-agent: No such file or directory' },
    { argv: ['/etc/hostname'], code: 126, message: 'cannot start /etc/hostname: Permission denied' },
    { argv: ['/tmp'], code: 126, message: 'cannot start /tmp: Permission denied' },
    { argv: [], code: 125, message: 'usage: stage terminal|stdin|fd3 -- PROGRAM [ARG...]' },
    { argv: bash('exit 42'), code: 42, message: '' },
  ])('ends with $code for $argv', async ({ argv, code, message }) => {
    const ended = await runStage(engine, { image, channel: 'stdin', argv, payload: go });
    expect(ended).toEqual({ code, stdout: '', stderr: message === '' ? '' : `agentbox: ${message}\n` });
  });

  it('gives any user a name, a home and a shell', async () => {
    const script =
      'whoami; echo "$HOME $USER $LOGNAME $SHELL"; getent passwd $(id -u); getent group $(id -g); getent passwd root; ssh -V; cd /tmp && git init -q r && cd r && git -c user.name=A -c user.email=a@b commit -q --allow-empty -m x && git log --format=%s';
    const ended = await run(script);
    const { uid } = engine;
    const [name, variables, passwd, group, root, subject] = ended.stdout.split('\n');
    expect({ name, variables, passwd, group, root, subject }).toEqual({
      name: 'agent',
      variables: '/home/agent agent agent /bin/bash',
      passwd: `agent:x:${uid}:${uid}:agent:/home/agent:/bin/bash`,
      group: `agent:x:${uid}:`,
      root: 'root:x:0:0:root:/root:/bin/bash',
      subject: 'x',
    });
    expect(ended.stderr).toMatch(/^OpenSSH_/);
  });
});
