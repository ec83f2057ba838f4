import { type BoxInfo, type Engine, LABEL } from '../engine/engine.ts';
import { UserError } from '../errors.ts';

/**
 * The one box whose name or id is `text`, or begins with it, or ends with it after a dash; a helper that was left over by
 * its whole name alone. Throws UserError('box').
 */
export async function findBox(engine: Engine, text: string): Promise<BoxInfo> {
  const boxes = await engine.boxes({});
  const exact = boxes.filter((box) => box.name === text || box.id === text);
  const found = exact.length > 0 ? exact : boxes.filter((box) => matches(box, text));
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  const helpers = only === undefined ? await engine.boxes({ [LABEL]: 'helper' }) : [];
  const helper = helpers.find((box) => box.name === text);
  if (helper !== undefined) return helper;
  const next = boxes.length === 0 ? ['agentbox ls'] : [`boxes: ${boxes.map((box) => box.name).join(', ')}`];
  if (only === undefined) throw new UserError('box', `there is no box ${text}`, { next });
  throw new UserError('box', `${text} could be any of ${found.length} boxes`, {
    next: [found.map((box) => box.name).join(', ')],
  });
}

function matches(box: BoxInfo, text: string): boolean {
  return (
    box.name.startsWith(text) ||
    box.id.startsWith(text) ||
    box.name.endsWith(`-${text}`) ||
    box.name.startsWith(`agentbox-${text}`)
  );
}
