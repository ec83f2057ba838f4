import type { RunningBox } from '../engine/engine.ts';
import { hasSshAgent } from '../plan/sshAgent.ts';
import type { Prepared } from './prepare.ts';

/** Launches a box; where it may use the caller's SSH agent, what passes its requests on is there until the box ends. */
export async function withSshAgent(
  { profile, facts, box }: Pick<Prepared, 'profile' | 'facts' | 'box'>,
  launch: () => Promise<RunningBox>,
): Promise<RunningBox> {
  const { socket, directory } = facts.sshAgent;
  if (!hasSshAgent(profile) || socket === undefined) return launch();
  const { startSshAgentProxy } = await import('./sshAgentProxy.ts');
  const close = await startSshAgentProxy(directory, socket, box);
  try {
    const running = await launch();
    running.exit.then(close, close).catch(() => {});
    return running;
  } catch (error) {
    await close();
    throw error;
  }
}
