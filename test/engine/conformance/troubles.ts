import { expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import type { BoxSpec } from '../../../src/plan/spec.ts';
import type { Suite } from './suite.ts';

/** What goes wrong when a box is made, and that nothing is left of it. */
export function troubles({ test, boxes }: Suite): void {
  async function failing(spec: BoxSpec): Promise<UserError> {
    const error: unknown = await boxes.start(spec).catch((thrown: unknown) => thrown);
    if (!(error instanceof UserError)) throw new Error('no UserError was thrown', { cause: error });
    const left = await test.engine.boxes({});
    expect(left.map((box) => box.name)).not.toContain(spec.name);
    expect(error.next.length).toBeGreaterThan(0);
    return error;
  }

  it('calls a missing image trouble with the image, and pulls nothing', async () => {
    const image = 'agentbox/no-such-image:1';
    expect(await test.engine.image(image)).toBeUndefined();
    const error = await failing(boxes.spec(['true'], { image }));
    expect(error.trouble).toBe('image');
    expect(error.message).toContain(image);
  });

  it('calls an unknown runtime trouble with the engine', async () => {
    const error = await failing(boxes.spec(['true'], { runtime: 'no-such-runtime' }));
    expect(error.trouble).toBe('engine');
    expect(`${error.message} ${error.why}`).toContain('no-such-runtime');
  });

  it('calls an image without the entrypoint trouble, and gives no exit code of an agent', async () => {
    const error = await failing(boxes.spec(['true'], { image: 'node:22-bookworm-slim' }));
    expect(['engine', 'image', 'box']).toContain(error.trouble);
  });

  it('does not touch a box whose name is taken', async () => {
    const first = boxes.spec(['sleep', '100']);
    const { id } = await boxes.detached(first);
    const error: unknown = await boxes.run({ ...first, argv: ['true'] }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).trouble).toBe('box');
    const left = await test.engine.boxes({});
    expect(left.find((box) => box.id === id)).toMatchObject({ name: first.name, state: 'running' });
  });
}
