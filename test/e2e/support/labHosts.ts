import type { Host, LabNetwork, Serve } from './labNetwork.ts';

/** Everything that test hosts have heard, by the host's name; TLS is taken off. */
export interface Heard {
  readonly from: ReadonlyMap<string, string>;
  /** The names of the hosts that heard this text. */
  who(text: string): readonly string[];
}

const REQUEST = /^(?:[A-Z]+) (\S+) HTTP\/1\.[01]$/;

/** A recorder of what hosts hear; `serve(name)` answers each request with `lab says` and its path, and a bare line with itself. */
export function makeHeard(): Heard & { serve(name: string): Serve } {
  const from = new Map<string, string>();
  return {
    from,
    who: (text) => [...from].filter(([, heard]) => heard.includes(text)).map(([name]) => name),
    serve: (name) => (socket) => {
      let rest = '';
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => {
        const text = chunk.toString('latin1');
        from.set(name, (from.get(name) ?? '') + text);
        const lines = (rest + text).split(/\r?\n/);
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const path = REQUEST.exec(line)?.[1]?.split('?')[0];
          if (path !== undefined) socket.write(answer(path, /^upgrade: websocket/im.test(text)));
          else if (/^p\d+x$/.test(line)) socket.write(`lab says ${line}\n`);
        }
      });
    },
  };
}

function answer(path: string, websocket: boolean): string {
  const body = `lab says ${path}\n`;
  if (websocket) return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n${body}`;
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** A host with TLS on 443 and plain HTTP on 80 of one address, with a name for each of `names`. */
export async function startLabHost(
  network: LabNetwork,
  { names, address, serve }: { readonly names: readonly string[]; readonly address: string; readonly serve: Serve },
): Promise<Host> {
  for (const name of names) network.names.set(name, [address]);
  const secure = await network.tls([...names, address], { address, port: 443 }, serve);
  const plain = await network.tcp({ address, port: 80 }, serve);
  return { count: () => secure.count() + plain.count() };
}
