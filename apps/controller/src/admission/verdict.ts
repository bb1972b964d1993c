import type { PatchOperation } from "@kubewarden-ts/protocol";

/** What one of the webhooks says of an object. */
export type Verdict =
  | {
      readonly allowed: true;
      readonly patch?: readonly PatchOperation[];
      readonly warnings?: readonly string[];
    }
  | {
      readonly allowed: false;
      readonly status: RefusalStatus;
      readonly warnings?: readonly string[];
    };

/** The `Status` that the user of a refused object sees. */
export interface RefusalStatus {
  readonly status: "Failure";
  readonly message: string;
  readonly reason: string;
  /** HTTP status */
  readonly code: number;
  readonly details?: {
    readonly name: string;
    readonly group: string;
    readonly kind: string;
    readonly causes: readonly StatusCause[];
  };
}

interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

const badRequestReasons = {
  400: "BadRequest",
  413: "RequestEntityTooLarge",
  429: "TooManyRequests",
} as const;

/** What could not be read; 413 for what is too long (controller.md 2.1), 429 for what comes with too many others. */
export function badRequest(message: string, code: keyof typeof badRequestReasons = 400): Verdict {
  return { allowed: false, status: { status: "Failure", message, reason: badRequestReasons[code], code } };
}

/** What could not be checked is refused. */
export function internalError(message: string): Verdict {
  return { allowed: false, status: { status: "Failure", message, reason: "InternalError", code: 500 } };
}
