import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { encodePayload, type Frame } from '../../../src/box/payload.ts';
import { RELAY_PORT, SOCKETS } from '../../../src/network/protocol.ts';
import { type Ended, type RawEngine, rawEngines, runStage } from './stageBox.ts';

/** gVisor as it must be registered for sockets of a volume; a test machine may have it beside the plain one. */
const OPEN_GVISOR = 'runsc-uds';
const LIMIT = 50_000;
const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The engines whose boxes can reach a socket of another container, and the reasons why others are missing. */
export async function relayEngines(): Promise<{ engines: readonly RawEngine[]; missing: readonly string[] }> {
  const { engines, missing } = rawEngines();
  const plain = engines.filter(({ flags }) => !flags.includes('--runtime'));
  const docker = plain.find(({ podman }) => !podman);
  if (docker === undefined) return { engines: plain, missing };
  const { stdout } = await execa('docker', ['info', '--format', '{{range $name, $_ := .Runtimes}}{{$name}} {{end}}']);
  if (!stdout.split(' ').includes(OPEN_GVISOR)) return { engines: plain, missing: [...missing, OPEN_GVISOR] };
  const gvisor = { ...docker, name: `docker with ${OPEN_GVISOR}`, flags: ['--runtime', OPEN_GVISOR] };
  return { engines: [...plain, gvisor], missing };
}

/** A volume with a socket that a second container serves, as a client's gateway does. */
export interface RelayGrounds {
  /** Runs a box with a relay to that socket until its end; its client program lies at /tmp/client.mjs. */
  run(script: string, frames?: readonly Frame[]): Promise<Ended>;
  remove(): Promise<void>;
}

/** Starts the server of relayServer.mjs on an engine. */
export async function relayGrounds(engine: RawEngine, image: string): Promise<RelayGrounds> {
  const name = `agentbox-relay-test-${randomBytes(4).toString('hex')}`;
  const socket = `${SOCKETS}/${randomBytes(16).toString('hex')}`;
  const [file = '', ...command] = engine.command;
  const raw = (args: readonly string[]) => execa(file, [...command, ...args], { timeout: LIMIT, reject: false });
  const node = ['node', '--input-type=module', '--eval', read('./relayServer.mjs'), socket];
  await raw(['volume', 'create', name]);
  await raw([
    ...['run', '--detach', '--name', name, '--network', 'none', '--user', '0:0', '--volume', `${name}:${SOCKETS}`],
    ...['--entrypoint', '/usr/bin/tini', image, '--', ...node],
  ]);
  const remove = async () => {
    await raw(['rm', '--force', '--time', '0', name].filter((arg) => engine.podman || !/^(--time|0)$/.test(arg)));
    await raw(['volume', 'rm', name]);
  };
  const until = Date.now() + LIMIT;
  while (!(await raw(['logs', name])).stdout.includes('listening')) {
    if (Date.now() < until) continue;
    await remove();
    throw new Error(`the server of the relay's test did not start on ${engine.name}`);
  }
  const client: Frame = {
    op: 'file',
    path: '/tmp/client.mjs',
    mode: '644',
    when: 'always',
    content: read('./relayClient.mjs'),
  };
  return {
    remove,
    run: (script, frames = []) =>
      runStage(engine, {
        image,
        channel: 'stdin',
        argv: ['bash', '-c', script],
        payload: encodePayload([client, ...frames, { op: 'relay', socket, port: `${RELAY_PORT}` }]),
        binds: [`${name}:${SOCKETS}:ro`],
      }),
  };
}
