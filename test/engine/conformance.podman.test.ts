import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { podmanEngine } from '../../src/engine/podman.ts';
import { UserError } from '../../src/errors.ts';
import type { Execute } from '../../src/execute.ts';
import { differences } from '../../src/plan/readBack.ts';
import { conformance } from './conformance.ts';
import { type Boxes, boxesOf } from './support/boxes.ts';

/** What somebody may have written into containers.conf to make life easier for every container. */
const LOOSE = `
[containers]
seccomp_profile = "unconfined"
volumes = ["/etc:/host-etc"]
devices = ["/dev/fuse"]
env = ["LOOSE=1"]
default_capabilities = ["SYS_ADMIN", "NET_RAW"]
pidns = "host"
ipcns = "host"
utsns = "host"
netns = "host"
cgroupns = "host"
env_host = true
init = false
[engine.runtimes]
broken = ["/bin/false"]
`;

conformance('podman', ({ test, boxes, image }) => {
  const { podman } = test;
  if (podman === undefined) throw new Error('this is no podman');

  /** Boxes of the same podman with more in its environment. */
  const boxesWith = (env: Readonly<Record<string, string>>): Boxes =>
    boxesOf({ ...test, engine: podmanEngine({ ...podman, env: { ...podman.env, ...env } }) }, image);

  /** Boxes of the same podman with a loose configuration on top of the user's own. */
  async function looseBoxes(): Promise<Boxes> {
    const file = join(await boxes.directory(), 'containers.conf');
    const own = join(podman?.env['HOME'] ?? '', '.config/containers/containers.conf');
    writeFileSync(file, `${readFileSync(own, 'utf8')}\n${LOOSE}`);
    return boxesWith({ CONTAINERS_CONF: file });
  }

  it('keeps the proxies and the variables of the caller out of the box', async () => {
    const proxied = boxesWith({
      HTTP_PROXY: 'http://me:s3cret@proxy:3128',
      https_proxy: 'http://proxy',
      OWN: 's3cret',
    });
    const { stdout } = await proxied.run(proxied.spec(['env']));
    await proxied.cleanUp();
    expect(stdout).not.toMatch(/proxy|s3cret/i);
  });

  it('sees in the read-back what containers.conf loosens, also where podman inspect hides it', async () => {
    const loose = await looseBoxes();
    const spec = loose.spec(['true']);
    const found = differences(spec, (await test.engine.image(spec.image))?.env ?? {}, await loose.created(spec));
    await loose.cleanUp();
    expect(found.map(({ what }) => what).sort()).toEqual(['mounts', 'seccomp', 'variable LOOSE']);
    const actual = found.find(({ what }) => what === 'mounts')?.actual;
    expect(actual).toContain('/etc -> /host-etc (rw)');
    expect(actual).toContain('/dev/fuse -> /dev/fuse');
  });

  it('leaves nothing of a box whose runtime cannot make it, and says what the runtime said', async () => {
    const loose = await looseBoxes();
    const spec = loose.spec(['true'], { runtime: 'broken' });
    const error: unknown = await loose.start(spec).catch((thrown: unknown) => thrown);
    await loose.cleanUp();
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).trouble).toBe('engine');
    expect((await test.engine.boxes({})).map((box) => box.name)).not.toContain(spec.name);
  });

  it('remembers its facts, and asks again when its configuration changes', async () => {
    const directory = await boxes.directory();
    const config = join(directory, 'containers.conf');
    writeFileSync(config, readFileSync(join(podman.env['HOME'] ?? '', '.config/containers/containers.conf')));
    let calls = 0;
    const options = {
      ...podman,
      env: { ...podman.env, CONTAINERS_CONF: config },
      cacheDir: join(directory, 'cache'),
      execute: ((argv, options) => {
        calls += 1;
        return podman.execute(argv, options);
      }) satisfies Execute,
    };
    const facts = await podmanEngine(options).facts();
    const asked = calls;
    expect(asked).toBeGreaterThan(0);
    expect([await podmanEngine(options).facts(), calls]).toEqual([facts, asked]);
    writeFileSync(config, `${readFileSync(config, 'utf8')}\n# changed\n`);
    await podmanEngine(options).facts();
    expect(calls).toBe(asked * 2);
  });

  it('says so when podman is not there', async () => {
    const engine = podmanEngine({ ...podman, command: ['/nonexistent/podman'] });
    await expect(engine.boxes({})).rejects.toMatchObject({ trouble: 'engine' });
    const gone = boxesOf({ ...test, engine }, image);
    await expect(gone.start(gone.spec(['true']))).rejects.toMatchObject({ trouble: 'engine' });
  });
});
