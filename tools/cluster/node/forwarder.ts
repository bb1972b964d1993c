import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Where connections are taken, and where they lead. */
export interface Forwarder extends AsyncDisposable {
  readonly port: number;
}

/** Takes connections on a free port of an address and joins each to one of the target's. */
export async function startForwarder(
  address: string,
  target: { readonly host: string; readonly port: number },
): Promise<Forwarder> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(target);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, address);
  await once(server, "listening");
  const bound = server.address();
  if (typeof bound !== "object" || bound === null) throw new Error("a TCP server has a port");
  return {
    port: bound.port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
