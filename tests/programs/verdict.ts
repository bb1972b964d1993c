/** What comes of a guest, in every program. */
export type Verdict =
  | { readonly kind: "accepts" }
  /** Its response holds this text, such as a message. */
  | { readonly kind: "rejects"; readonly text: string }
  /** It cannot be used, for a reason that holds this text. */
  | { readonly kind: "refused"; readonly text: string }
  /** It is cut at its limit of time: in an evaluation, or before, when it cannot be used. */
  | { readonly kind: "endless"; readonly in: "evaluation" | "start" };

export const accepts: Verdict = { kind: "accepts" };
export const rejects = (text: string): Verdict => ({ kind: "rejects", text });
export const refused = (text: string): Verdict => ({ kind: "refused", text });
export const endless: Verdict = { kind: "endless", in: "evaluation" };
export const endlessStart: Verdict = { kind: "endless", in: "start" };

export const timeoutText = "Policy execution interrupted because it exceeded the allowed execution time";
