import type { Verdict } from "./verdict.ts";

/** The review of the creation of a Pod, with numbers that JavaScript cannot keep. */
const podWith = (labels: Record<string, string>): string => {
  const metadata = JSON.stringify({ name: "web", namespace: "front", labels });
  const names = '"group":"","version":"v1"';
  return `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u1",
    "kind":{${names},"kind":"Pod"},"resource":{${names},"resource":"pods"},"operation":"CREATE",
    "namespace":"front","userInfo":{"username":"alice"},
    "object":{"apiVersion":"v1","kind":"Pod","metadata":${metadata},"status":{"n":9007199254740993,"f":1.0}}}}`;
};

/** What guests are asked about: reviews of a Pod by its labels, and a request of its own shape. */
export const requests = {
  plain: podWith({}),
  forbidden: podWith({ forbidden: "" }),
  stamp: podWith({ stamp: "" }),
  resolve: podWith({ resolve: "localhost" }),
  "fail-with": podWith({ "fail-with": "boom" }),
  raw: '{"uid":"raw-1","user":"alice","n":9007199254740993,"f":1.0}',
} as const;

export type RequestName = keyof typeof requests;

/** A guest with its settings, a request, and what comes of it. */
export interface GuestRow {
  /** id of the policy, which no other row has */
  readonly id: string;
  /** the module with its metadata */
  readonly module: () => Uint8Array;
  readonly settings?: object;
  readonly request: RequestName;
  readonly verdict: Verdict;
  /** Kubernetes resources that it may read */
  readonly resources?: readonly { apiVersion: string; kind: string }[];
  /** why it cannot be run here */
  readonly missing?: string | undefined;
}
