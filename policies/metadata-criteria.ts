// What the policies labels and annotations share.
import {
  type AdmissionRequest,
  accept,
  reject,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import { type CriteriaSettings, findCriteriaProblem } from "./criteria.ts";
import { type MetadataField, metadataEntries } from "./metadata-entries.ts";

/**
 * Compares the labels or annotations of the object itself with the settings.
 * @param subject - how one of them is called in messages
 */
export function judgeMetadata(
  { object }: AdmissionRequest,
  settings: CriteriaSettings,
  field: MetadataField,
  subject: string,
): Verdict {
  try {
    const names = metadataEntries(object, field).map(([name]) => name);
    const problem = findCriteriaProblem(settings, new Set(names), subject);
    return problem === undefined ? accept() : reject(problem);
  } catch (error) {
    if (error instanceof UnreadableObjectError) return reject(error.message);
    throw error;
  }
}
