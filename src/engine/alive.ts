import type { BoxInfo } from './engine.ts';

/**
 * True for a box whose agent runs. One that was only created is none: it is being started, which happens under its client's lock,
 * or its launcher was killed, or it waits to be started. Pure.
 */
export function isAlive({ state }: Pick<BoxInfo, 'state'>): boolean {
  return state === 'running' || state === 'paused';
}
