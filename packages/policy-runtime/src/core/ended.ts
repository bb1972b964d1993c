/** How a guest ended a call by itself; whatever else ends it is thrown. */
export type Ended =
  | { readonly kind: "answer"; readonly bytes: Uint8Array }
  /** `text` is complete. */
  | { readonly kind: "failure"; readonly text: string };
