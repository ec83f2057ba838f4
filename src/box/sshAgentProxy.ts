import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { SSH_SOCKET } from '../plan/sshAgent.ts';
import type { BoxUser } from '../plan/user.ts';

/** SSH_AGENTC_REQUEST_IDENTITIES and SSH_AGENTC_SIGN_REQUEST: to list public keys, and to sign. */
const ALLOWED = new Set([11, 13]);
/** SSH_AGENT_FAILURE as a whole message. */
const FAILURE = Buffer.from([0, 0, 0, 1, 5]);
/** As OpenSSH has it. */
const LONGEST = 256 * 1024;
const CONNECTIONS = 64;

/**
 * Listens in `directory`, which is made for it, and passes requests of a box on to the SSH agent at `agent`: to list keys
 * and to sign, nothing else. Keys are not added, removed or locked from a box. Gives what ends it and takes the
 * directory away.
 */
export async function startSshAgentProxy(
  directory: string,
  agent: string,
  { uid, gid }: Pick<BoxUser, 'uid' | 'gid'>,
): Promise<() => Promise<void>> {
  await mkdir(directory, { mode: 0o700 });
  const path = join(directory, SSH_SOCKET);
  const open = new Set<Socket>();
  const server = createServer((box) => {
    const upstream = connect(agent);
    for (const socket of [box, upstream]) {
      open.add(socket);
      // The program ends with its box, not with this.
      socket.unref();
      socket.on('error', () => {}).on('close', () => open.delete(socket));
    }
    pass(box, upstream)
      .catch(() => {})
      .finally(() => {
        box.destroy();
        upstream.destroy();
      });
  });
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  await chmod(path, 0o600);
  if (process.getuid?.() === 0) for (const place of [path, directory]) await chown(place, uid, gid);
  server.unref();
  return async () => {
    server.close();
    for (const socket of open) socket.destroy();
    await rm(directory, { recursive: true, force: true });
  };
}

/** One request at a time, in order, as both ends expect. */
async function pass(box: Socket, agent: Socket): Promise<void> {
  const answers = messages(agent);
  for await (const request of messages(box)) {
    if (!ALLOWED.has(request[4] ?? 0)) {
      box.write(FAILURE);
      continue;
    }
    agent.write(request);
    const answer = await answers.next();
    if (answer.done) return;
    box.write(answer.value);
  }
}

/** Whole messages, each with the four bytes of its length; throws for one that is too long. */
async function* messages(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= 5) {
      const length = rest.readUInt32BE(0);
      if (length < 1 || length > LONGEST) throw new Error('not a message of the SSH agent protocol');
      if (rest.length < 4 + length) break;
      yield rest.subarray(0, 4 + length);
      rest = rest.subarray(4 + length);
    }
  }
}
