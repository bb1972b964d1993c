import {
  accept,
  definePolicy,
  HostCallError,
  host,
  type Part,
  partIn,
  partOf,
  partsIn,
  reject,
  rejectUnreadable,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

export const policy = definePolicy({
  settings: v.object({}),
  validate: ({ kind, object }) =>
    rejectUnreadable(() => {
      if (kind.kind !== "Ingress") return accept();
      const ingress = partOf(object);
      const hosts = hostsOf(ingress);
      if (hosts.length === 0) return accept();
      const others = currentIngresses();
      if (typeof others === "string") return reject(others, { code: 500 });
      const own = identityOf(ingress);
      const taken = new Set(others.filter((other) => identityOf(other) !== own).flatMap(hostsOf));
      const conflicts = hosts.filter((name) => taken.has(name)).map(conflictText);
      return conflicts.length === 0 ? accept() : reject(conflicts.join(", "));
    }),
});

function conflictText(name: string): string {
  return `ingress host conflicts with an existing ingress <${name}>`;
}

/** Sorted, each once. A rule without host has none: several of them get along. */
function hostsOf(ingress: Part | undefined): string[] {
  const rules = partsIn(partIn(ingress, "spec"), "rules");
  return [...new Set(rules.flatMap((rule) => stringIn(rule, "host") || []))].sort();
}

/** @returns a text when the cluster cannot be asked */
function currentIngresses(): (Part | undefined)[] | string {
  try {
    const found = host.kubernetes.listAll({ apiVersion: "networking.k8s.io/v1", kind: "Ingress" });
    return found.map((ingress) => partOf(ingress));
  } catch (error) {
    if (!(error instanceof HostCallError)) throw error;
    const problem = error.message.replace(/^Callback evaluation failure: /, "");
    return `cannot perform a request via callback channel: ${problem}`;
  }
}

function identityOf(ingress: Part | undefined): string {
  const metadata = partIn(ingress, "metadata");
  return JSON.stringify([stringIn(metadata, "namespace") ?? "", stringIn(metadata, "name") ?? ""]);
}
