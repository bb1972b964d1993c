import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { KubeError, type ObjectClient, type ObjectName } from "@kubewarden-ts/kube";
import type { MemoryInformer } from "./memory-informer.ts";
import type { memoryView } from "./memory-view.ts";

export interface MemoryObjects {
  readonly objects: ObjectClient;
  /** `<verb> <Kind>[/<subresource>] <name>`, in order; reads are not among them */
  readonly writes: string[];
  /** What the next request of this verb and kind throws. */
  fail(verb: string, kind: string, error: Error): void;
}

/** Writes that the view shows at once. */
export function memoryObjects(view: ReturnType<typeof memoryView>): MemoryObjects {
  const writes: string[] = [];
  const failures = new Map<string, Error>();
  let version = 1000;
  const informers: Readonly<Record<string, MemoryInformer<KubernetesObject>>> = {
    ...view.policies,
    PolicyServer: view.policyServers,
    ValidatingWebhookConfiguration: view.validatingWebhooks,
    MutatingWebhookConfiguration: view.mutatingWebhooks,
  } as never;

  function informerOf({ kind }: { kind: string }): MemoryInformer<KubernetesObject> {
    const informer = informers[kind];
    if (informer === undefined) throw new Error(`no objects of kind ${kind}`);
    return informer;
  }
  function request(verb: string, { kind }: { kind: string }): void {
    const failure = failures.get(`${verb} ${kind}`);
    failures.delete(`${verb} ${kind}`);
    if (failure !== undefined) throw failure;
  }
  function store<T extends KubernetesObject>(type: ResourceType<T>, object: T): T {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } };
    informerOf(type).put(stored);
    return stored;
  }
  function stored<T extends KubernetesObject>(type: ResourceType<T>, name: ObjectName): T | undefined {
    return informerOf(type).get(name) as T | undefined;
  }
  const unused = (): never => {
    throw new Error("not used by the controller of policies");
  };
  const objects: ObjectClient = {
    async get(type, name) {
      request("get", type);
      return stored(type, name);
    },
    async create(type, object) {
      request("create", type);
      writes.push(`create ${type.kind} ${object.metadata.name}`);
      if (stored(type, object.metadata) !== undefined) {
        throw new KubeError("it exists", { code: "KUBE_CONFLICT", status: 409, reason: "AlreadyExists" });
      }
      return store(type, object);
    },
    async mergePatch(type, name, patch, { subresource } = {}) {
      request("patch", type);
      writes.push(`patch ${type.kind}${subresource ? `/${subresource}` : ""} ${name.name}`);
      const before = stored(type, name);
      if (before === undefined) throw new KubeError("not found", { code: "KUBE_NOT_FOUND", status: 404 });
      const after = merged(before, patch) as typeof before;
      const { deletionTimestamp, finalizers = [] } = after.metadata;
      if (typeof deletionTimestamp === "string" && finalizers.length === 0) informerOf(type).remove(after);
      else return store(type, after);
      return after;
    },
    async delete(type, name) {
      request("delete", type);
      writes.push(`delete ${type.kind} ${name.name}`);
      const before = stored(type, name);
      if (before !== undefined) informerOf(type).remove(before);
      return before !== undefined;
    },
    list: unused,
    replace: unused,
    apply: unused,
  };
  return { objects, writes, fail: (verb, kind, error) => void failures.set(`${verb} ${kind}`, error) };
}

/** RFC 7386 */
function merged(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
