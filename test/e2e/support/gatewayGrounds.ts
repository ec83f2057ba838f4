import { type Ground, grounds } from './engines.ts';
import { noLabNetwork } from './labNetwork.ts';

/** The grounds on which a box can have a gateway, gVisor with the runtime that may open the sockets of the host. */
export function gatewayGrounds(): readonly Ground[] {
  const why = noLabNetwork();
  if (why === undefined) return grounds().map((ground) => (ground.gvisor ? withSockets(ground) : ground));
  if (process.env['AGENTBOX_TEST_REQUIRE'] === '1') throw new Error(`AGENTBOX_TEST_REQUIRE=1 and ${why}`);
  console.warn(`skipped: ${why}`);
  return [];
}

function withSockets(ground: Ground): Ground {
  return { ...ground, flags: ['--engine', 'docker', '--runtime', 'runsc-uds'] };
}
