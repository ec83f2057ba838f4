import { expect, it } from 'vitest';
import { differences } from '../../../src/plan/readBack.ts';
import type { Limits } from '../../../src/plan/spec.ts';
import { mount } from '../support/boxes.ts';
import type { Suite } from './suite.ts';

const MIB = 1024 * 1024;
const WANTED: Limits = { memory: 128 * MIB, cpus: 1, pids: 64 };

/** The limits that this engine can give here. */
async function possible({ test }: Suite, wanted: Limits = WANTED): Promise<Partial<Limits>> {
  const { ignoredLimits } = await test.engine.facts();
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !ignoredLimits.some((lost) => lost === name)));
}

/** What the wall is made of: read back from the engine, and felt from inside. */
export function hardening(suite: Suite): void {
  const { test, boxes } = suite;

  it('makes exactly the box that was planned, by its own account', async () => {
    const directory = await boxes.directory();
    const spec = boxes.spec(['true', 'a b', ''], {
      mounts: [mount(directory, '/workspace'), mount(directory, '/data', false)],
      workdir: '/workspace',
      hostname: 'acme',
      env: { HOME: '/home/agent', ODD: 'a "b" $c\nd=e' },
      limits: await possible(suite),
    });
    const actual = await boxes.created(spec);
    const image = await test.engine.image(spec.image);
    expect(differences(spec, image?.env ?? {}, actual)).toEqual([]);
    expect(actual.entrypoint.slice(0, 3)).toEqual(['/usr/bin/tini', '--', '/usr/local/lib/agentbox/stage']);
    expect(actual.argv).toEqual(spec.argv);
  });

  it('gives the same account of a box that runs', async () => {
    const spec = boxes.spec(['sleep', '100']);
    const { id } = await boxes.detached(spec);
    const image = await test.engine.image(spec.image);
    expect(differences(spec, image?.env ?? {}, await test.engine.inspect(id))).toEqual([]);
  });

  it('leaves the agent no privilege', async () => {
    const { stdout } = await boxes.run(boxes.spec(['sh', '-c', 'id -u; id -g; id -G; cat /proc/self/status']));
    const [uid, gid, groups] = stdout.split('\n');
    expect([uid, gid, groups]).toEqual([String(test.uid), String(test.gid), String(test.gid)]);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(stdout).toMatch(new RegExp(`${set}:\\s+0+\\n`));
    }
    expect(stdout).toMatch(/NoNewPrivs:\s+1/);
    expect(stdout).toMatch(/Seccomp:\s+2/);
  });

  it('has a read-only root, and memory where it may write', async () => {
    const writable = 'for d in / /etc /usr /var/tmp /run /opt /workspace /tmp /home/agent /run/agentbox; do';
    const script = `${writable} touch $d/probe 2>/dev/null && echo $d; done; true`;
    const { stdout } = await boxes.run(boxes.spec(['sh', '-c', script]));
    expect(stdout.trim().split('\n')).toEqual(['/tmp', '/home/agent', '/run/agentbox']);
  });

  it('gives the home to the user of the box, and lets programs run from it', async () => {
    const script =
      'stat -c "%u:%g %a" ~ /tmp /run/agentbox; for d in ~ /tmp; do printf "#!/bin/sh\\necho ran\\n" >$d/p; chmod +x $d/p; $d/p; done';
    const { stdout, stderr } = await boxes.run(boxes.spec(['sh', '-c', script]));
    const owner = `${test.uid}:${test.gid}`;
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([`${owner} 700`, `${owner} 1777`, `${owner} 755`, 'ran', 'ran']);
  });

  it('bounds the memory of the home', async () => {
    const { code, stderr } = await boxes.run(boxes.spec(['sh', '-c', 'head -c 80M /dev/zero >~/big']));
    expect(stderr).toMatch(/No space left/);
    expect(code).not.toBe(0);
  });

  it('shares no namespace with the host', async () => {
    const { stdout } = await boxes.run(
      boxes.spec(['sh', '-c', 'hostname; ls /proc | grep -c "^[0-9]"; cat /proc/1/comm']),
    );
    const [hostname, processes, init] = stdout.trim().split('\n');
    expect(hostname).toBe('agentbox-helper');
    expect(Number(processes)).toBeLessThan(8);
    expect(init).toBe('tini');
  });

  it('has no network but lo, where none is planned, and one where it is open', async () => {
    const argv = ['ls', '/sys/class/net'];
    const none = await boxes.run(boxes.spec(argv));
    const open = await boxes.run(boxes.spec(argv, { network: 'open' }));
    expect(none.stdout.trim()).toBe('lo');
    expect(open.stdout.trim().split('\n').length).toBeGreaterThan(1);
  });

  it('knows localhost, and no name of the host', async () => {
    const { stdout } = await boxes.run(boxes.spec(['sh', '-c', 'getent hosts localhost; cat /etc/hosts']));
    expect(stdout).toMatch(/(127\.0\.0\.1|::1)\s+localhost/);
    expect(stdout).not.toMatch(/containers\.internal|docker\.internal/);
  });

  it('holds the limits that it does not ignore', async () => {
    const limits = await possible(suite);
    if (limits.pids !== undefined) {
      const bomb = 'i=0; while [ $i -lt 200 ]; do sleep 20 & i=$((i+1)); done; echo all';
      const { stdout, stderr } = await boxes.run(boxes.spec(['bash', '-c', bomb], { limits: { pids: limits.pids } }));
      expect(stdout).not.toMatch(/all/);
      expect(stderr).toMatch(/fork|Resource temporarily unavailable/);
    }
    if (limits.memory !== undefined) {
      const hog = ['python3', '-c', 'x = bytearray(512 * 1024 * 1024); print(len(x))'];
      const { code, stdout } = await boxes.run(boxes.spec(hog, { limits: { memory: limits.memory } }));
      expect([code, stdout]).toEqual([137, '']);
    }
    const { code } = await boxes.run(boxes.spec(['python3', '-c', 'x = bytearray(512 * 1024 * 1024)']));
    expect(code).toBe(0);
  });
}
