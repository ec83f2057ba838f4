import { say } from '../../ui/io.ts';
import type { SourceDeps } from './deps.ts';

type Deps = Pick<SourceDeps, 'io' | 'env'>;

/** A person types a password. */
const WITH_PERSON = 60_000;
const ALONE = 5000;
/** A keychain that needs nobody answers in milliseconds. */
const SOON = 1000;

/** How long a keychain may take, in milliseconds: long only where somebody may see what it asks. */
export function patience(deps: Deps): number {
  return hasPerson(deps) ? WITH_PERSON : ALONE;
}

/** True where somebody may see what a keychain asks: a terminal or a display is there. */
function hasPerson({ io, env }: Deps): boolean {
  return io.errIsTerminal || hasDisplay(env);
}

/** True with an X11 or Wayland display, where the prompts of Linux keyrings appear. */
export function hasDisplay(env: SourceDeps['env']): boolean {
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/** Waits for the answer of a keychain; says that it may be asking when it takes its time and somebody may see it. */
export async function whileAsking<T>(deps: Deps, answer: Promise<T>): Promise<T> {
  const notice = `the keychain may be asking for its password in a window; waiting for ${WITH_PERSON / 1000} s`;
  const timer = hasPerson(deps) ? setTimeout(() => say(deps.io, notice), SOON) : undefined;
  return await answer.finally(() => clearTimeout(timer));
}
