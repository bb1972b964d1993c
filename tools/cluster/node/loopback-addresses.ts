/** Addresses of this machine that nobody else has: one for each Pod, so that all can use the same ports. */
export interface LoopbackAddresses {
  /** @throws {Error} when all are in use */
  take(): string;
  giveBack(address: string): void;
}

const first = 2; // 127.0.0.1 is where everything else on this machine listens
const last = 254;

/**
 * 127.0.0.2 and those after it. Linux answers on all of 127.0.0.0/8; elsewhere they have to be added to the loopback
 * interface.
 */
export function loopbackAddresses(): LoopbackAddresses {
  const taken = new Set<string>();
  return {
    take() {
      for (let part = first; part <= last; part += 1) {
        const address = `127.0.0.${part}`;
        if (taken.has(address)) continue;
        taken.add(address);
        return address;
      }
      throw new Error(`more than ${last - first + 1} Pods at a time: no loopback address is left`);
    },
    giveBack: (address) => void taken.delete(address),
  };
}
