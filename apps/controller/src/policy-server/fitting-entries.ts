/** An entry of `policies.yml`, by its size. */
export interface SizedEntry {
  readonly unique: string;
  /** of its policy; nothing for cluster-wide ones */
  readonly namespace: string | undefined;
  /** in the file, in bytes */
  readonly bytes: number;
}

/**
 * Which entries have to stay out of a file of limited size, so that the others can be written at all: the API server takes
 * no ConfigMap of more than 1 MiB. Always the largest of the namespace that takes most room, so that nobody who takes no
 * more than a fair share is hurt by a neighbour; cluster-wide policies, which only administrators write, come last.
 * @param entries - in any order
 * @returns unique names; the same for the same entries
 */
export function entriesThatDoNotFit(entries: readonly SizedEntry[], maxBytes: number): Set<string> {
  const out = new Set<string>();
  let total = sumOf(entries);
  if (total <= maxBytes) return out;
  const tenants = Map.groupBy(entries, ({ namespace }) => namespace ?? clusterwide)
    .entries()
    .map(([namespace, own]) => ({ namespace, own: own.toSorted(bySize), bytes: sumOf(own) }))
    .toArray();
  while (total > maxBytes) {
    const [most] = tenants.filter(({ own }) => own.length > 0).toSorted(byRoom);
    const largest = most?.own.pop();
    if (most === undefined || largest === undefined) break;
    out.add(largest.unique);
    most.bytes -= largest.bytes;
    total -= largest.bytes;
  }
  return out;
}

/** No name of a namespace. */
const clusterwide = "";

function sumOf(entries: readonly SizedEntry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The largest last. */
function bySize(a: SizedEntry, b: SizedEntry): number {
  return a.bytes - b.bytes || (a.unique < b.unique ? -1 : 1);
}

interface Tenant {
  readonly namespace: string;
  readonly bytes: number;
}

/** Whoever takes most room first. */
function byRoom(a: Tenant, b: Tenant): number {
  const last = Number(a.namespace === clusterwide) - Number(b.namespace === clusterwide);
  return last || b.bytes - a.bytes || (a.namespace < b.namespace ? -1 : 1);
}
