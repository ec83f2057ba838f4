import type { Ping } from './ping.ts';
import { type Answer, absent, broken, type Host } from './strategy.ts';

/** What is behind a Unix socket that may be Docker's; `endpoint` is how people are told of it. */
export async function dockerAt(host: Host, socketPath: string, endpoint = socketPath): Promise<Answer> {
  return answerOf(await host.ping(socketPath), socketPath, endpoint, host.platform);
}

function answerOf(ping: Ping, socketPath: string, endpoint: string, platform: NodeJS.Platform): Answer {
  switch (ping.state) {
    case 'docker':
      return { state: 'found', found: { kind: 'docker', socketPath, endpoint } };
    case 'podman':
      return absent(`podman answers at ${socketPath}, and agentbox uses podman by its command`);
    case 'slow':
      return broken(`${socketPath} takes connections but does not answer within ${ping.seconds} s`, ...start(platform));
    case 'strange':
      return broken(`${socketPath} is no Docker engine: ${ping.why}`);
    case 'nobody':
      return nobody(ping.code, socketPath, platform);
  }
}

function nobody(code: string, socketPath: string, platform: NodeJS.Platform): Answer {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return absent(`${socketPath} is not there`);
    case 'ECONNREFUSED':
      return broken(`nobody listens at ${socketPath}: Docker was stopped`, ...start(platform));
    case 'EACCES':
    case 'EPERM':
      return broken(
        `you may not open ${socketPath}`,
        'sudo usermod -aG docker "$USER", then log in again',
        'or, without root: install podman',
      );
    default:
      return broken(`${socketPath}: ${code}`);
  }
}

function start(platform: NodeJS.Platform): readonly string[] {
  if (platform === 'darwin') return ['start Docker Desktop, OrbStack or Colima'];
  return ['sudo systemctl restart docker'];
}
