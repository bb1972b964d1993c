import type { ApiResource, ResourceReference } from "../resources/api-resource.ts";

/** An object as a test writes it. */
export interface FakeObject extends ResourceReference {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** An object at one moment. */
export interface FakeState {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: number;
  /** with its resource version */
  readonly object: FakeObject;
  /** JSON text, as a watch and a GET send it */
  readonly json: string;
  /** JSON text without apiVersion and kind, as lists of built-in kinds send it */
  readonly listed: string;
}

/** A change of one object; both states for a change, one for a creation or a removal. */
export interface FakeEvent {
  readonly version: number;
  readonly before: FakeState | undefined;
  readonly after: FakeState | undefined;
}

/** What a cluster holds, and how that came about. */
export interface FakeCluster {
  readonly resources: readonly ApiResource[];
  /** the resource version of the last change */
  readonly version: number;
  /** events up to this version are no longer known */
  readonly compactedVersion: number;
  define(resource: ApiResource): void;
  undefine(reference: ResourceReference): void;
  /** @param edit - changes the JSON text that is sent, such as to write a number in another way */
  put(object: FakeObject, edit?: (json: string) => string): FakeState;
  remove(object: FakeObject): void;
  /** sorted as etcd sorts */
  list(reference: ResourceReference): FakeState[];
  eventsAfter(reference: ResourceReference, version: number): FakeEvent[];
  compact(): void;
}

interface Kind {
  readonly resource: ApiResource;
  readonly objects: Map<string, FakeState>;
  events: FakeEvent[];
}

/** @param changed - called after each change of an object, with its kind */
export function createFakeCluster(changed: (reference: ResourceReference) => void): FakeCluster {
  const kinds = new Map<string, Kind>();
  let version = 100;
  let compactedVersion = 0;

  function kindOf(reference: ResourceReference): Kind {
    const kind = kinds.get(keyOf(reference));
    if (kind === undefined) throw new Error(`the fake has no ${keyOf(reference)}: define it first`);
    return kind;
  }

  function record(reference: ResourceReference, event: Omit<FakeEvent, "version">): void {
    kindOf(reference).events.push({ ...event, version });
    changed(reference);
  }

  return {
    get resources() {
      return [...kinds.values()].map(({ resource }) => resource);
    },
    get version() {
      return version;
    },
    get compactedVersion() {
      return compactedVersion;
    },
    define(resource) {
      kinds.set(keyOf(resource), { resource, objects: new Map(), events: [] });
    },
    undefine(reference) {
      kinds.delete(keyOf(reference));
    },
    put(object, edit = (json) => json) {
      const { objects } = kindOf(object);
      const key = objectKey(object);
      version++;
      const after = stateOf(object, version, edit);
      const before = objects.get(key);
      objects.set(key, after);
      record(object, { before, after });
      return after;
    },
    remove(object) {
      const { objects } = kindOf(object);
      const before = objects.get(objectKey(object));
      if (before === undefined) throw new Error(`the fake has no object ${objectKey(object)}`);
      version++;
      objects.delete(objectKey(object));
      record(object, { before: { ...before, version }, after: undefined });
    },
    list: (reference) =>
      [...kindOf(reference).objects]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([, state]) => state),
    eventsAfter: (reference, after) => kindOf(reference).events.filter((event) => event.version > after),
    compact() {
      compactedVersion = version;
      for (const kind of kinds.values()) kind.events = [];
    },
  };
}

function stateOf(object: FakeObject, version: number, edit: (json: string) => string): FakeState {
  const { apiVersion, kind, metadata, ...body } = object;
  const bare = { metadata: { ...metadata, resourceVersion: String(version) }, ...body };
  const json = edit(JSON.stringify({ kind, apiVersion, ...bare }));
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    labels: metadata.labels ?? {},
    version,
    object: { kind, apiVersion, ...bare },
    json,
    listed: edit(JSON.stringify(bare)),
  };
}

function keyOf({ apiVersion, kind }: ResourceReference): string {
  return `${apiVersion}/${kind}`;
}

function objectKey({ metadata: { namespace = "", name } }: FakeObject): string {
  return `${namespace}/${name}`;
}
