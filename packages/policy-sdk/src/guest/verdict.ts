import type { KubernetesObject } from "./kubernetes-object.ts";

/** What may go with any verdict. */
export interface VerdictNotes {
  /** Shown to who sent the request. */
  readonly warnings?: readonly string[];
  /** Added to the entry of the audit log; keys without a prefix. */
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** What a policy says about a request, in the wire names of the answer. Made by `accept`, `reject` or `mutate`. */
export interface Verdict {
  readonly accepted: boolean;
  readonly message?: string;
  readonly code?: number;
  readonly mutated_object?: unknown;
  readonly warnings?: readonly string[];
  readonly audit_annotations?: Readonly<Record<string, string>>;
}

/** Lets the request pass. */
export function accept(notes: VerdictNotes = {}): Verdict {
  return { accepted: true, ...noted(notes) };
}

/**
 * Refuses the request.
 * @param message - shown to who sent the request
 * @param options.code - HTTP status, an integer from 400 to 599; without one the host takes its default
 * @throws {TypeError} when the message is not a string or the code not such an integer
 */
export function reject(message: string, options: VerdictNotes & { readonly code?: number } = {}): Verdict {
  const { code, ...notes } = options;
  if (typeof message !== "string") throw new TypeError(`reject expects a message, got ${typeof message}`);
  if (code === undefined) return { accepted: false, message, ...noted(notes) };
  if (!Number.isInteger(code) || code < 400 || code > 599) {
    throw new TypeError(`reject expects a code from 400 to 599, got ${String(code)}`);
  }
  return { accepted: false, message, code, ...noted(notes) };
}

/**
 * Lets the request pass with a changed object. Edit the object of the request in place and hand it over: fields the
 * policy does not know survive, and the patch names only what was edited.
 */
export function mutate(object: KubernetesObject | object, notes: VerdictNotes = {}): Verdict {
  return { accepted: true, mutated_object: object, ...noted(notes) };
}

function noted({ warnings, auditAnnotations }: VerdictNotes): Partial<Verdict> {
  return {
    ...(warnings === undefined ? {} : { warnings }),
    ...(auditAnnotations === undefined ? {} : { audit_annotations: auditAnnotations }),
  };
}
