import type { Io } from './io.ts';

type Paint = (text: string) => string;

/** The few colours agentbox uses; plain text where there are none. */
export interface Palette {
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
}

const plain: Paint = (text) => text;

/** The colours of a stream; chalk is loaded only when there is colour. */
export async function paint(io: Io, stream: 'out' | 'err' = 'err'): Promise<Palette> {
  if (!(stream === 'out' ? io.outColour : io.colour))
    return { red: plain, green: plain, yellow: plain, dim: plain, bold: plain };
  const { Chalk } = await import('chalk');
  return new Chalk({ level: 1 });
}
