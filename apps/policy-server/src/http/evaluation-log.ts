import type { Logger } from "@kubewarden-ts/base";
import type { EvaluationOptions } from "./policy-routes.ts";

/**
 * Has the lines about an evaluation stand in its span (policy-server 11).
 * @param host - name of this machine
 */
export function inEvaluationSpan(
  span: { name: "validation" | "audit" | "validation_raw"; policyId: string; host: string },
  options: EvaluationOptions,
): EvaluationOptions {
  const { log } = options;
  if (log === undefined) return options;
  const fields = { host: span.host, policy_id: span.policyId };
  let scoped: Logger | undefined;
  return {
    ...options,
    log: () => {
      scoped ??= log().child({ span: { name: span.name, fields } });
      return scoped;
    },
  };
}
