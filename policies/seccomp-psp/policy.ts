import {
  type AdmissionRequest,
  accept,
  definePolicy,
  hasPodSpec,
  type Part,
  partOf,
  podTemplateIn,
  reject,
  requirePodTemplate,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import { allowedBy, checkSettings, Settings } from "./allowed.ts";
import { findViolations } from "./violations.ts";

export const policy = definePolicy({
  settings: Settings,
  check: checkSettings,
  validate(request, settings) {
    // What is deleted runs no more.
    if (request.object == null && request.operation === "DELETE") return accept();
    const violations = readable(() => findViolations(requireTemplate(request), allowedBy(settings)));
    return violations.length === 0 ? accept() : reject(`Resource violations: ${violations.join(". ")}`);
  },
});

/** @throws {Error} where something is neither a Pod nor a workload, or cannot be read */
function readable<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableObjectError)) throw error;
    throw new Error(`Error deserializing Pod specification: ${error.message}`);
  }
}

/** The template of a workload, a Pod itself. Where the request names another kind, that of its object counts. */
function requireTemplate(request: AdmissionRequest): Part | undefined {
  return hasPodSpec(request.object) ? podTemplateIn(request) : partOf(requirePodTemplate(request));
}
