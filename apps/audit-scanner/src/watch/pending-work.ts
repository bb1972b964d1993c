import type { ScannedPart } from "../config.ts";
import type { ReportScope } from "../report-sink.ts";
import type { ObjectPlace } from "../scan/read-object.ts";
import { resourceKey } from "../selection/select-policies.ts";

/** What is to be looked at. */
export interface Work {
  /** as a whole */
  readonly scopes: readonly ScannedPart[];
  /** by themselves; of none of the scopes */
  readonly objects: readonly ObjectPlace[];
}

/** What changed and was not looked at since. */
export interface PendingWork {
  markObject(place: ObjectPlace): void;
  /** All of a scope has to be looked at. @param namespace - `undefined` for what is in none */
  markScope(namespace: string | undefined): void;
  /** Policies or what they run on changed: everything has to be looked at. */
  markAll(): void;
  /** All of that again. */
  mark(work: Work): void;
  /** What is to be looked at now, scopes in the order of their marks; nothing is pending then. */
  take(): Work;
  /** Resolves when something is pending. */
  readonly any: Promise<void>;
}

/** With more scopes than this, one scan of all costs less. */
const manyScopes = 10;
/**
 * An object by itself takes a request for it and one for its report; a list has as many of either in one. With more of a
 * scope than a page has, the lists of the scope cost the API server less, unless it is huge.
 */
const manyObjectsOfScope = 100;
/** So many in scopes with few of them: one scan of all is over sooner. */
const manyObjects = 1000;

/** @param part - what is scanned at all @param ignored - namespaces that are not, unless they are all of `part` */
export function createPendingWork(part: ScannedPart, ignored: ReadonlySet<string>): PendingWork {
  let all = false;
  const scopes = new Set<ReportScope>();
  const objects = new Map<ReportScope, Map<string, ObjectPlace>>();
  let waiting = Promise.withResolvers<void>();

  const concerns = (namespace: ReportScope): boolean => {
    if (part.kind === "cluster") return namespace === undefined;
    if (part.kind === "namespace") return namespace === part.name;
    return namespace === undefined || !ignored.has(namespace);
  };
  const markObject = (place: ObjectPlace): void => {
    const { namespace, resource, name } = place;
    if (!concerns(namespace)) return;
    waiting.resolve();
    if (all || scopes.has(namespace)) return;
    const ofScope = objects.getOrInsertComputed(namespace, () => new Map<string, ObjectPlace>());
    ofScope.set(`${resourceKey(resource)} ${name}`, place);
    if (ofScope.size > manyObjectsOfScope) markScope(namespace);
  };
  const markScope = (namespace: ReportScope): void => {
    if (!concerns(namespace)) return;
    scopes.add(namespace);
    objects.delete(namespace);
    waiting.resolve();
  };
  const markAll = (): void => {
    all = true;
    objects.clear();
    waiting.resolve();
  };

  return {
    markObject,
    markScope,
    markAll,
    mark(work) {
      for (const scope of work.scopes) {
        if (scope.kind === "everything") markAll();
        else markScope(scope.kind === "cluster" ? undefined : scope.name);
      }
      for (const place of work.objects) markObject(place);
    },
    take() {
      const single = [...objects.values()].flatMap((ofScope) => [...ofScope.values()]);
      const isEverything = all || scopes.size > manyScopes || single.length > manyObjects;
      const work = isEverything
        ? { scopes: [part], objects: [] }
        : { scopes: Array.from(scopes, scopeAsPart), objects: single };
      all = false;
      scopes.clear();
      objects.clear();
      waiting = Promise.withResolvers();
      return work;
    },
    get any() {
      return waiting.promise;
    },
  };
}

function scopeAsPart(scope: ReportScope): ScannedPart {
  return scope === undefined ? { kind: "cluster" } : { kind: "namespace", name: scope };
}
