import { type BoxInfo, type Engine, LABEL } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { nearestBox } from './nearestBox.ts';

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
  if (only === undefined) throw noBox(boxes, text);
  throw new UserError('box', `${text} could be any of ${found.length} boxes`, {
    next: [found.map((box) => box.name).join(', ')],
  });
}

function noBox(boxes: readonly BoxInfo[], text: string): UserError {
  const names = boxes.map(({ name }) => name);
  const near = nearestBox(text, names);
  return new UserError('box', `there is no box ${text}`, {
    ...(near === undefined ? {} : { why: `did you mean ${near}?` }),
    next: names.length === 0 || near !== undefined ? ['agentbox ls'] : [`boxes: ${names.join(', ')}`],
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
