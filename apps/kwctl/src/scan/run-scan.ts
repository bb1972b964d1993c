import { mapConcurrent } from "@kubewarden-ts/base";
import type { Evaluator } from "@kubewarden-ts/policy-evaluation";
import type { ResourceCatalog } from "../catalog/resource-catalog.ts";
import { judge, questionsAbout } from "./judge.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { createKindTable } from "./object-kinds.ts";
import type { ScannedObject } from "./policy-match.ts";
import type { ScanPolicy } from "./policy-resource.ts";
import type { Manifests } from "./read-manifests.ts";
import type { ScanReport } from "./scan-result.ts";

export interface ScanOptions {
  readonly manifests: Manifests;
  readonly policies: readonly ScanPolicy[];
  readonly evaluator: Pick<Evaluator, "admission">;
  readonly catalog: ResourceCatalog;
  /** Of namespaced objects that name none. */
  readonly defaultNamespace: string;
  /** Evaluations that are under way at the same time: those that wait longer than their limit have no verdict. */
  readonly atOnce: number;
}

/** Judges all objects; what is known of the cluster is what is scanned. */
export async function runScan(options: ScanOptions): Promise<ScanReport> {
  const { manifests, policies, evaluator, atOnce } = options;
  const { objects, problems, skipped } = manifests;
  const place = createPlacement(options);
  const questions = objects.flatMap((object) => questionsAbout(place(object), policies));
  const results = await mapConcurrent(questions, atOnce, (question) => judge(question, evaluator));
  const used = new Set(results.map(({ policy }) => policy.id));
  const unused = policies.filter(({ id }) => !used.has(id));
  return { results, problems, policies, objects: objects.length, skipped, unused };
}

function createPlacement({
  manifests: { objects },
  catalog,
  defaultNamespace,
}: ScanOptions): (object: ManifestObject) => ScannedObject {
  const kindOf = createKindTable(objects, catalog);
  const namespaces = new Map(
    objects.filter(isNamespace).map(({ name, labels }) => [name ?? "", labels] as const),
  );
  return (object) => {
    const kind = kindOf(object);
    if (isNamespace(object)) {
      return { object, kind, namespace: object.name, namespaceLabels: object.labels };
    }
    const namespace = kind.namespaced === false ? undefined : (object.namespace ?? defaultNamespace);
    const namespaceLabels = namespace === undefined ? undefined : namespaces.get(namespace);
    return { object, kind, namespace, namespaceLabels };
  };
}

function isNamespace({ group, kind }: ManifestObject): boolean {
  return group === "" && kind === "Namespace";
}
