import {
  accept,
  definePolicy,
  HostCallError,
  host,
  partIn,
  partOf,
  reject,
  rejectUnreadable,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

export const policy = definePolicy({
  settings: v.object({}),
  validate: ({ kind, namespace = "", object }) =>
    rejectUnreadable(() => {
      if (kind.kind !== "Service") return accept();
      const { name, selector } = readService(object);
      if (selector === undefined) return accept();
      const others = servicesOf(namespace);
      if (others === undefined) return reject("cannot list current services");
      const same = others.filter((other) => other.name !== name && other.selector === selector);
      if (same.length === 0) return accept();
      const names = same.map((other) => JSON.stringify(other.name)).sort();
      return reject(`service is using selector(s) already defined by these services: [${names.join(", ")}]`);
    }),
});

interface FoundService {
  readonly name: string;
  /** As text, the same for selectors that say the same; a service without selector has none. */
  readonly selector: string | undefined;
}

function readService(object: unknown): FoundService {
  const service = partOf(object);
  const selector = partIn(partIn(service, "spec"), "selector");
  const labels = Object.keys(selector?.fields ?? {}).sort();
  const entries = labels.map((label) => [label, stringIn(selector, label)]);
  return {
    name: stringIn(partIn(service, "metadata"), "name") ?? "",
    selector: entries.length === 0 ? undefined : JSON.stringify(entries),
  };
}

/** @returns `undefined` when the cluster cannot be asked */
function servicesOf(namespace: string): FoundService[] | undefined {
  try {
    return host.kubernetes.list({ apiVersion: "v1", kind: "Service", namespace }).map(readService);
  } catch (error) {
    if (error instanceof HostCallError) return undefined;
    throw error;
  }
}
