import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sshConfig } from '../../src/box/sshConfig.ts';
import { baseImage, findEngine } from './support/engines.ts';
import { type RelayGrounds, relayEngines, relayGrounds } from './support/relayGrounds.ts';

const { engines, missing } = await relayEngines();
if (missing.length > 0) {
  if (process.env['AGENTBOX_TEST_REQUIRE'] === '1') throw new Error(`engines are required: ${missing.join(', ')}`);
  console.warn(`relay tests skipped for ${missing.join(', ')}: no such engine answers`);
}

/** A connection and one word there and back. Read by recv: with old gVisor's sockets, read(2) does not wait. */
const HELLO = `
  exec 3<>/dev/tcp/127.0.0.1/17080; printf 'echo\\nhello' >&3
  python3 -c 'import socket; print(socket.socket(fileno=3).recv(5).decode())'`;
const RSS_LIMIT = 10 * 1024;

describe.each(engines.map((engine) => ({ engine, name: engine.name })))('the relay on $name', ({ engine }) => {
  let grounds: RelayGrounds;
  beforeAll(async () => {
    const tested = findEngine(engine.podman ? 'podman' : 'docker');
    if (tested === undefined) throw new Error(`${engine.name} answers its own command but not agentbox`);
    grounds = await relayGrounds(engine, await baseImage(tested));
  }, 600_000);
  afterAll(() => grounds?.remove());

  it('listens before the agent’s first instruction', async () => {
    const ended = await grounds.run(HELLO);
    expect(ended).toEqual({ code: 0, stdout: 'hello\n', stderr: '' });
  });

  it('is init’s child, in a session of its own, small, and knows nothing of the agent', async () => {
    const script = `
      node -e 'setTimeout(() => {}, 300)'
      set -- $(ps -eo comm,pid,ppid,sid,rss,args --no-headers | grep ^agentbox-relay)
      echo "$1 $3 $(($2 == $4)) $6"
      for fd in /proc/$2/fd/*; do readlink $fd; done 2>/dev/null | sed 's/:.*//' | tr '\\n' ' '; echo
      tr -d '\\0' </proc/$2/environ; echo
      ps -o pid= --ppid $$ | wc -l
      kill -INT $2; kill -HUP $2; kill -QUIT $2
      ${HELLO}
      echo $5`;
    const { stdout, stderr } = await grounds.run(script, [{ op: 'env', name: 'TOKEN', value: 's3cret' }]);
    const [process, descriptors, environ, children, hello, rss] = stdout.trimEnd().split('\n');
    console.info(`relay on ${engine.name}: ${rss} KiB resident`);
    expect({ process, hello, stderr }).toEqual({
      process: 'agentbox-relay 1 1 agentbox-relay',
      hello: 'hello',
      stderr: '',
    });
    expect(environ).not.toContain('s3cret');
    // ps and its shell.
    expect(Number(children)).toBeLessThanOrEqual(2);
    // gVisor shows no descriptors, and counts more memory for every process.
    if (engine.flags.includes('--runtime')) return;
    expect(descriptors?.trim()).toBe('socket /dev/null /dev/null');
    expect(Number(rss)).toBeLessThanOrEqual(RSS_LIMIT);
  });

  it('carries every byte of many connections at full speed, half-closed ones too', async () => {
    const { stdout, stderr } = await grounds.run('node /tmp/client.mjs stream');
    expect(stderr).toBe('');
    const { down, up, ...seen } = JSON.parse(stdout) as Record<'down' | 'up', { bytes: number; rate: number }>;
    console.info(`relay on ${engine.name}: ${down.rate} MB/s down, ${up.rate} MB/s up`);
    expect([down.bytes, up.bytes]).toEqual([100_000_000, 100_000_000]);
    expect(seen).toEqual({ intact: true, afterBye: 1_000_000, cut: 'ECONNRESET', connections: 500 });
  });

  it('waits a moment for a gateway that is away, then answers 503, and goes on when it is back', async () => {
    const { stdout, stderr } = await grounds.run('node /tmp/client.mjs away');
    expect(stderr).toBe('');
    const { shortly, gone, back } = JSON.parse(stdout) as Record<string, string>;
    expect({ shortly, back }).toEqual({ shortly: 'waited', back: 'back' });
    expect(gone).toMatch(
      /^HTTP\/1\.1 503 [\s\S]*the gateway of this box is not there[\s\S]*Any agentbox command for this client/,
    );
  });

  it('carries ssh, and tells what the gateway refuses in its words', async () => {
    const script = `
      head -c 3000000 /dev/urandom >/tmp/sent
      /usr/local/lib/agentbox/connect a.example 22 </tmp/sent | cmp - /tmp/sent && echo same
      ssh -o BatchMode=yes refused.example true 2>&1 | head -1`;
    const { stdout } = await grounds.run(script, sshConfig({ network: 'gateway' }));
    expect(stdout).toBe('same\nagentbox: refused.example:22 is refused: no rule allows it.\n');
  });
});
