import type { Engine, TerminalControl, TerminalSize } from '../../engine/engine.ts';
import type { Presence } from './presence.ts';

/** Milliseconds after which the engine has done what a terminal's own change of size asked for; on a busy machine it takes longer. */
const AFTER = [300, 1_500, 6_000];

/**
 * Where several terminals show one box, the smaller size counts, in rows and in columns; the engine itself knows only the size that
 * came last. The answer ends that.
 */
export function shareSize(
  engine: Pick<Engine, 'resize'>,
  id: string,
  terminal: TerminalControl,
  presence: Presence,
): () => void {
  let ended = false;
  let applied = '';
  const apply = async (again: boolean) => {
    const sizes = presence.sizes();
    // Alone the engine has followed this terminal; after others have gone it has to be told.
    if (ended || (sizes.length < 2 && applied === '')) return;
    const size = smallest(sizes);
    if (size === undefined || (!again && JSON.stringify(size) === applied)) return;
    applied = sizes.length < 2 ? '' : JSON.stringify(size);
    if (!again) repeat();
    await engine.resize(id, size);
  };
  const repeat = () => {
    for (const milliseconds of AFTER) setTimeout(() => void apply(true), milliseconds).unref();
  };
  presence.onChange(() => void apply(false));
  const stop = terminal.onResize(() => {
    presence.resized(terminal.size());
    repeat();
  });
  repeat();
  return () => {
    ended = true;
    stop();
  };
}

/** The fewest rows and the fewest columns of any; undefined for none. Pure. */
export function smallest(sizes: readonly TerminalSize[]): TerminalSize | undefined {
  if (sizes.length === 0) return undefined;
  return {
    rows: Math.min(...sizes.map(({ rows }) => rows)),
    columns: Math.min(...sizes.map(({ columns }) => columns)),
  };
}
