import { scanMembers } from "@kubewarden-ts/protocol";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const kubernetes = "kubernetes";

/** The modes in which a policy is asked in Rego's way. */
export type RegoMode = "opa" | "gatekeeper";

/**
 * The data document of a Rego policy (policy-runtime 4.3, 4.4).
 * @param settings - a compact JSON object; in mode `gatekeeper` they are part of the input instead
 * @param inventory - JSON of what the policy may read of the cluster; `undefined` when it may read nothing
 */
export function regoData(
  mode: RegoMode,
  settings: Uint8Array,
  inventory: Uint8Array | undefined,
): Uint8Array {
  if (mode === "gatekeeper") {
    return inventory === undefined ? encoder.encode("{}") : join(['{"inventory":', inventory, "}"]);
  }
  if (inventory === undefined) return settings;
  const others = membersWithoutKubernetes(settings);
  const separated = others.flatMap((member) => [member, ","]);
  return join(["{", ...separated, `"${kubernetes}":`, inventory, "}"]);
}

function membersWithoutKubernetes(settings: Uint8Array): Uint8Array[] {
  return membersOf(settings)
    .filter(({ key }) => key !== kubernetes)
    .map(({ bytes }) => bytes);
}

function membersOf(settings: Uint8Array): { key: unknown; bytes: Uint8Array }[] {
  const { runs } = scanMembers(settings, 0);
  const members = [];
  for (let at = 0; at < runs.length; at += 4) {
    const [keyStart = 0, keyEnd = 0, , end = 0] = runs.slice(at, at + 4);
    const key: unknown = JSON.parse(decoder.decode(settings.subarray(keyStart - 1, keyEnd + 1)));
    members.push({ key, bytes: settings.subarray(keyStart - 1, end) });
  }
  return members;
}

function join(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const pieces = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part));
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}
