import { once } from "node:events";
import { createServer } from "node:net";
import { promisify } from "node:util";

/**
 * A port that can be listened on now.
 * @param port - 0 for any
 * @throws {Error} when the port is taken, saying what to do
 */
export async function usablePort(port: number, address: string): Promise<number> {
  const server = createServer();
  try {
    server.listen(port, address);
    await once(server, "listening");
  } catch (cause) {
    throw new Error(problemText(port, address, cause));
  }
  const bound = server.address();
  await promisify(server.close.bind(server))();
  return typeof bound === "object" && bound !== null ? bound.port : port;
}

function problemText(port: number, address: string, cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code !== "EADDRINUSE") return `cannot listen on ${address} port ${port}: ${cause}`;
  return `port ${port} of ${address} is taken: stop what listens there, or take another with npm start -- --port ${port + 1} (0 takes any)`;
}
