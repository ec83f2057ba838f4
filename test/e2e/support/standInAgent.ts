import { join } from 'node:path';
import type { Lab } from './lab.ts';

/** An image of a test's own. */
export interface OwnImage {
  readonly ref: string;
  remove(): void;
}

/**
 * An image on agentbox/base whose `claude` (and codex, gemini and copilot) runs its last argument as a shell script, so
 * that a test says what the agent does. `mark` is a word that lies in its history and settings and in the file
 * /usr/local/share/mark of its last layer.
 */
export async function standInAgent(lab: Lab, mark = ''): Promise<OwnImage> {
  const args = ['build', '--agent', 'shell', '--json', ...lab.ground.flags.slice(0, 2)];
  const built = await lab.agentbox(args, { limit: 580_000 });
  if (built.code !== 0) throw new Error(built.stderr);
  const { image } = JSON.parse(built.stdout) as { image: string };
  const context = join(lab.home, 'stand-in');
  const lines = [
    `FROM ${image}`,
    'COPY claude /usr/local/bin/claude',
    `RUN cd /usr/local/bin && chmod 755 claude && for name in codex gemini copilot; do ln -s claude $name; done \\
      && printf %s '${mark}' > /usr/local/share/mark`,
    `LABEL mark="${mark}"`,
  ];
  lab.write(join(context, 'claude'), `#!/bin/bash\nexec bash -c "\${@: -1}"\n`);
  lab.write(join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
  const ref = `agentbox-e2e-${lab.dir.split('-').at(-1)?.toLowerCase()}`;
  // Docker's own command can use BuildKit only with a plug-in that may be missing.
  lab.engine(['build', '--quiet', '--network', 'none', '-t', ref, context], { DOCKER_BUILDKIT: '0' });
  return { ref, remove: () => lab.engine(['rmi', '-f', ref]) };
}
