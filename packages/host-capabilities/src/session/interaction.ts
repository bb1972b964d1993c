/** What was asked of the host, as session files name it (policy-runtime 8): a variant, and its fields in their order. */
export interface RecordedRequest {
  readonly variant: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How it ended: the text of the answer, or the error. */
export type RecordedResponse =
  | { readonly type: "Success"; readonly payload: string }
  | { readonly type: "Error"; readonly message: string };

export interface Exchange {
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}
