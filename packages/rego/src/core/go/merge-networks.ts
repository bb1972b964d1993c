import {
  type AddressRange,
  formatNetwork,
  type IpNetwork,
  networkRange,
  numberedAddress,
} from "./ip-network.ts";

interface NetworkRange extends AddressRange {
  /** What the range was made of, unless it was merged. */
  readonly network: IpNetwork | undefined;
}

/** The fewest networks with the addresses of all, as texts. A network that has no neighbor stays as it is written. */
export function mergeNetworks(networks: readonly IpNetwork[]): readonly string[] {
  const ranges = networks.map((network): NetworkRange => ({ ...networkRange(network), network }));
  return mergeRanges(ranges.sort(compareRanges)).flatMap(({ network, ...range }) =>
    network === undefined ? networksOf(range).map(formatNetwork) : [formatNetwork(network)],
  );
}

function compareRanges(left: AddressRange, right: AddressRange): number {
  return compareNumbers(left.last, right.last) || compareNumbers(left.first, right.first);
}

function compareNumbers(left: bigint, right: bigint): number {
  return Number(left > right) - Number(left < right);
}

/** @param sorted - by the last address */
function mergeRanges(sorted: readonly NetworkRange[]): readonly NetworkRange[] {
  const merged: NetworkRange[] = [];
  for (const range of sorted.toReversed()) {
    const next = merged.at(-1);
    if (next === undefined || before(next.first) > range.last) merged.push(range);
    else {
      const first = compareNumbers(range.first, next.first) < 0 ? range.first : next.first;
      merged[merged.length - 1] = { first, last: next.last, network: undefined };
    }
  }
  return merged;
}

const firstIpv4 = 0xffff_0000_0000n;

/** The address before another one; the first of a family has none. */
function before(address: bigint): bigint {
  return address === 0n || address === firstIpv4 ? address : address - 1n;
}

/** The fewest networks that make up a range. */
function networksOf({ first, last }: AddressRange): IpNetwork[] {
  const networks: IpNetwork[] = [];
  for (let start = first; start <= last; ) {
    let bits = 0;
    while (bits < 128 && isAligned(start, bits + 1) && start + (1n << BigInt(bits + 1)) - 1n <= last) bits++;
    const address = numberedAddress(start);
    networks.push({ address, prefix: address.length * 8 - bits });
    start += 1n << BigInt(bits);
  }
  return networks;
}

function isAligned(address: bigint, bits: number): boolean {
  return address % (1n << BigInt(bits)) === 0n;
}
