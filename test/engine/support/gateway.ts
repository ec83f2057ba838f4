import { bundleGateway } from '../../../scripts/lib/bundleGateway.ts';

/** The images of gateways with the program of this source tree in them; nothing may have read images/ before. */
export async function builtGateway(): Promise<typeof import('../../../src/image/gateway.ts')> {
  await bundleGateway();
  return import('../../../src/image/gateway.ts');
}
