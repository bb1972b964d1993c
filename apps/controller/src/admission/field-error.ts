import { quoted } from "./quoted.ts";

/** What Kubernetes calls the causes of a refusal. */
export type FieldErrorReason =
  | "FieldValueRequired"
  | "FieldValueInvalid"
  | "FieldValueForbidden"
  | "FieldValueDuplicate"
  | "FieldValueNotSupported"
  | "FieldValueTooMany"
  | "InternalError";

/** What is wrong with one field, in the words of Kubernetes' API (controller.md 2.3). */
export interface FieldError {
  readonly reason: FieldErrorReason;
  /** path such as `spec.rules` */
  readonly field: string;
  /** without the path: `Required value: must be non-empty` */
  readonly message: string;
}

/** `path: Required value: …` */
export function required(field: string, detail = ""): FieldError {
  return { reason: "FieldValueRequired", field, message: detailed("Required value", detail) };
}

/** `path: Invalid value: "…": …` */
export function invalid(field: string, value: string | number, detail: string): FieldError {
  return { reason: "FieldValueInvalid", field, message: detailed("Invalid value", shown(value), detail) };
}

/** `path: Forbidden: …` */
export function forbidden(field: string, detail: string): FieldError {
  return { reason: "FieldValueForbidden", field, message: detailed("Forbidden", detail) };
}

/** `path: Duplicate value: "…"` */
export function duplicate(field: string, value: string): FieldError {
  return { reason: "FieldValueDuplicate", field, message: detailed("Duplicate value", shown(value)) };
}

/** `path: Unsupported value: "…": supported values: "…", "…"` */
export function notSupported(field: string, value: string, supported: readonly string[]): FieldError {
  const values = `supported values: ${supported.toSorted().map(quoted).join(", ")}`;
  return {
    reason: "FieldValueNotSupported",
    field,
    message: detailed("Unsupported value", shown(value), values),
  };
}

/** `path: Too many: N: must have at most M items` */
export function tooMany(field: string, count: number, atMost: number): FieldError {
  const detail = `must have at most ${atMost} items`;
  return { reason: "FieldValueTooMany", field, message: detailed("Too many", shown(count), detail) };
}

/** `path: Internal error: …`: the field could not be checked, so the object is refused. */
export function notChecked(field: string, detail: string): FieldError {
  return { reason: "InternalError", field, message: detailed("Internal error", detail) };
}

/** `path: message` */
export function fieldErrorText({ field, message }: FieldError): string {
  return `${field}: ${message}`;
}

function shown(value: string | number): string {
  return typeof value === "string" ? quoted(value) : String(value);
}

function detailed(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(": ");
}
