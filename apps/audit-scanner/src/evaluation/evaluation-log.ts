import type { Logger } from "@kubewarden-ts/base";
import type { AuditedObject } from "../audited-object.ts";
import type { Verdict } from "../verdict.ts";
import type { Answer } from "./answer.ts";

/** The lines about one evaluation (audit-and-reports.md 2.12); a dot in a name is a group of the line. */
export function logEvaluation(
  log: Logger,
  object: AuditedObject,
  { answer, verdict: { policy, result, message } }: { answer: Answer; verdict: Verdict },
): void {
  if (result !== "error" && !log.enabled("debug")) return;
  const { name, namespace, uid, resource } = object;
  const about = {
    "response.policy": policy.uniqueName,
    "response.resource": name,
    ...{ kind: resource.kind, namespace, uid },
  };
  if (result !== "error") {
    log.debug("audit review response", {
      "response.uid": uid,
      ...about,
      "response.allowed": result === "pass",
    });
    return;
  }
  const sent = answer.kind === "response";
  log.error(
    sent ? "error evaluating Policy in PolicyServer" : "error sending AdmissionReview to PolicyServer",
    {
      error: message,
      "response.admissionRequest-name": name,
      ...about,
    },
  );
}
