import { chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { mount } from '../support/boxes.ts';
import type { Suite } from './suite.ts';

const ODD = [
  'a space',
  ' space at both ends ',
  'a:colon',
  'a,comma',
  'ünïcödé 漢字 🙂',
  'a"quote',
  "an'apostrophe",
  '-dash',
  'a=b;c&d|e$HOME`x`\\y',
  'src=x,dst=y,readonly',
  '#hash',
];

/** Directories of the host in a box. */
export function mounts({ test, boxes }: Suite): void {
  async function odd(name: string): Promise<string> {
    const path = join(await boxes.directory(), name);
    mkdirSync(path);
    if (process.getuid?.() === 0) chownSync(path, test.uid, test.gid);
    return path;
  }

  it.each(ODD)('mounts a directory named %s, at its own path too', async (name) => {
    const path = await odd(name);
    writeFileSync(join(path, 'in'), 'from the host');
    const spec = boxes.spec(['sh', '-c', 'cat in; cat /workspace/in; echo box >/workspace/out'], {
      mounts: [mount(path, '/workspace'), mount(path, path, false)],
      workdir: path,
    });
    const actual = await boxes.created(spec);
    expect(actual.mounts.map(({ source, target }) => [source, target])).toEqual(
      expect.arrayContaining([
        [path, '/workspace'],
        [path, path],
      ]),
    );
    const { stdout, stderr } = await boxes.run({ ...spec, name: boxes.spec([]).name });
    expect([stdout, stderr]).toEqual(['from the hostfrom the host', '']);
    const out = join(path, 'out');
    expect([readFileSync(out, 'utf8'), statSync(out).uid]).toEqual(['box\n', test.uid]);
  });

  it('refuses a directory with a line break in its name', async () => {
    const path = await odd('a\nline');
    const error = await boxes
      .run(boxes.spec(['true'], { mounts: [mount(path, '/workspace')] }))
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).trouble).toBe('refused');
  });

  it('says so when a directory to mount is not there, and does not make it', async () => {
    const path = join(await boxes.directory(), 'gone');
    const error = await boxes
      .run(boxes.spec(['true'], { mounts: [mount(path, '/workspace')] }))
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(path);
    expect(() => statSync(path)).toThrow();
  });

  it('lets the agent write where the plan says so, and nowhere else', async () => {
    const path = await odd('project');
    const script = 'touch /rw/x && echo rw; touch /ro/y && echo ro; mkdir /ro/z; rm -f /ro/x; ls /ro';
    const spec = boxes.spec(['sh', '-c', script], { mounts: [mount(path, '/rw'), mount(path, '/ro', false)] });
    const { stdout, stderr } = await boxes.run(spec);
    expect(stdout).toBe('rw\nx\n');
    expect(stderr.match(/Read-only file system/g)).toHaveLength(3);
  });
}
