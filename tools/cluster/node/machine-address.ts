import { networkInterfaces } from "node:os";

/**
 * An IPv4 address of this machine that is not a loopback one: the API server refuses those as the end of a Service.
 * @throws {Error} when there is none
 */
export function machineAddress(interfaces = networkInterfaces()): string {
  const found = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .find(
      ({ family, internal, address }) => family === "IPv4" && !internal && !address.startsWith("169.254."),
    );
  if (found !== undefined) return found.address;
  throw new Error(
    "this machine has no network address besides the loopback one, and Kubernetes lets no Service lead there: give an interface an address, such as `ip link add dummy0 type dummy; ip addr add 192.0.2.1/32 dev dummy0`",
  );
}
