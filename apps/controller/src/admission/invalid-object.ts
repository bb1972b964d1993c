import { policiesGroup } from "@kubewarden-ts/api/policies";
import { type FieldError, fieldErrorText } from "./field-error.ts";
import type { RefusalStatus } from "./verdict.ts";

/** More mistakes help nobody, and the answer is as long as they are many. */
const maxNamed = 100;

/**
 * The `Status` of an object with mistakes, as Kubernetes' API makes it (controller.md 2.3): the message names each once,
 * several in brackets; the causes name all. Of very many it is the first.
 */
export function invalidObject(kind: string, name: string, all: readonly FieldError[]): RefusalStatus {
  const errors = all.slice(0, maxNamed);
  const texts = [...new Set(errors.map(fieldErrorText))];
  if (all.length > maxNamed) texts.push(`and ${all.length - maxNamed} more`);
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
