import type { KubernetesObject } from "@kubewarden-ts/api";
import { createSemaphore } from "@kubewarden-ts/base";
import { KubeError, type ObjectClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import type { ClusterLookUp } from "../validation/findings.ts";

export const namespace = "kubewarden";

export interface FakeLookUp extends ClusterLookUp {
  /** expressions that the API server was asked to check, one list for each request */
  readonly checked: string[][];
}

export interface FakeClusterOptions {
  /** what lies in the cluster */
  readonly stored?: readonly KubernetesObject[];
  /** of an API server that knows no conditions */
  readonly withoutConditions?: boolean;
  /** thrown by every request */
  readonly failure?: KubeError;
}

const Conditions = v.array(v.object({ name: v.string(), expression: v.string() }));

/** A cluster whose API server refuses the expressions that begin with `bad`, and those that are `1`. */
export function fakeLookUp(options: FakeClusterOptions = {}): FakeLookUp {
  const { stored = [], withoutConditions = false, failure } = options;
  const checked: string[][] = [];
  const objects: Pick<ObjectClient, "get" | "create"> = {
    async get(type, { name, namespace: where }) {
      if (failure !== undefined) throw failure;
      const found = stored.find(
        ({ kind, metadata }) => kind === type.kind && metadata.name === name && metadata.namespace === where,
      );
      return found === undefined ? undefined : v.parse(type.schema, found);
    },
    async create(type, object, dryRun) {
      if (failure !== undefined) throw failure;
      if (dryRun?.dryRun !== true) throw new Error("this would be stored");
      const read = v.looseObject({ webhooks: v.array(v.looseObject({ matchConditions: Conditions })) });
      const [webhook] = v.parse(read, object).webhooks;
      const expressions = webhook?.matchConditions.map(({ expression }) => expression) ?? [];
      checked.push(expressions);
      refuse(type.kind, expressions);
      if (!withoutConditions) return object;
      const { matchConditions: _dropped, ...rest } = webhook ?? { matchConditions: [] };
      return { ...object, webhooks: [rest] };
    },
  };
  const { signal } = new AbortController();
  const dryRuns = createSemaphore(8);
  return { objects, deploymentsNamespace: namespace, dryRuns, signal, checked };
}

function refuse(kind: string, expressions: readonly string[]): void {
  const problems = expressions.flatMap((expression, index) => {
    const field = `webhooks[0].matchConditions[${index}].expression`;
    if (expression.startsWith("bad")) {
      return [`${field}: Invalid value: "${expression}": compilation failed: ERROR: <input>:1:4`];
    }
    return expression === "1" ? [`${field}: Invalid value: "1": must evaluate to bool`] : [];
  });
  if (problems.length === 0) return;
  const text = problems.length === 1 ? problems[0] : `[${problems.join(", ")}]`;
  const message = `${kind}.admissionregistration.k8s.io "check" is invalid: ${text}`;
  throw new KubeError(message, { code: "KUBE_REFUSED", status: 422, reason: "Invalid" });
}
