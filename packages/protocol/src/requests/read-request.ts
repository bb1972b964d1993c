/** A request as it was read from a body, ready for a guest. */
export interface ReadRequest {
  kind: "request";
  /** Of the request; `""` for a raw request whose `uid` is not a string. */
  uid: string;
  /** `undefined` for raw requests, of which nothing but the `uid` is known. */
  facts: RequestFacts | undefined;
  /** The request as the guest gets it: JSON text in UTF-8, to be concatenated; views on the body or fresh buffers. */
  pieces: Uint8Array[];
  /** Bytes of `object` (of the whole request for a raw one): what a mutation is compared with. */
  object: Uint8Array | undefined;
}

/** The small members of an AdmissionRequest, in wire names; absent and null ones are left out. */
export interface RequestFacts {
  uid: string;
  kind: GroupVersionKind;
  resource: GroupVersionResource;
  subResource?: string;
  requestKind?: GroupVersionKind;
  requestResource?: GroupVersionResource;
  requestSubResource?: string;
  name?: string;
  namespace?: string;
  operation: string;
  dryRun?: boolean;
}

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

export interface GroupVersionResource {
  group: string;
  version: string;
  resource: string;
}

export interface UserInfo {
  username?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

/** A body that holds no request: 400 when it is not JSON, 422 when the JSON has another shape. */
export interface RequestProblem {
  kind: "malformed";
  status: 400 | 422;
  message: string;
}

export interface ReadOptions {
  /** A faster check than our own, such as `isUtf8` of `node:buffer`. */
  isUtf8?: (bytes: Uint8Array) => boolean;
}
