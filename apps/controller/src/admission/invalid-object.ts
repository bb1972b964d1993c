import { policiesGroup } from "@kubewarden-ts/api/policies";
import { type FieldError, fieldErrorText } from "./field-error.ts";
import type { RefusalStatus } from "./verdict.ts";

/**
 * The `Status` of an object with mistakes, as Kubernetes' API makes it (controller.md 2.3): the message names each once,
 * several in brackets; the causes name all.
 */
export function invalidObject(kind: string, name: string, errors: readonly FieldError[]): RefusalStatus {
  const texts = [...new Set(errors.map(fieldErrorText))];
  const text = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  return {
    status: "Failure",
    message: `${kind}.${policiesGroup} "${name}" is invalid: ${text}`,
    reason: "Invalid",
    code: 422,
    details: {
      name,
      group: policiesGroup,
      kind,
      causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
    },
  };
}
