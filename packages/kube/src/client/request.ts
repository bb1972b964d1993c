import type { ByteWriter } from "../json/byte-writer.ts";
import type { RawRequest } from "./transport.ts";

export type QueryValue = string | number | boolean | undefined;

/** Of what only the metadata are wanted. */
export type MetadataOnly = "object" | "list";

/** What a request may say besides its path. */
export interface KubeRequest {
  /** `GET` unless told */
  readonly method?: RawRequest["method"];
  /** `undefined` values are left out */
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: Uint8Array;
  /** of the body; `application/json` unless told */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /**
   * Asks for `metadata` only, of an object (or the events of a watch) or of a list: the API server answers with
   * `PartialObjectMetadata` then, one that cannot with whole objects.
   */
  readonly metadataOnly?: MetadataOnly | undefined;
  /** for the whole call, retries included, in milliseconds */
  readonly timeoutMs?: number;
  /** largest answer that is taken */
  readonly maxBytes?: number;
  /** where the answer's body goes: it is a view then, and the writer's next use overwrites it */
  readonly into?: ByteWriter;
  /** whether sending it twice does no harm; true unless told for every method but `POST` and `PATCH` */
  readonly repeatable?: boolean;
}

export interface KubeResponse {
  /** 200 to 299 */
  readonly status: number;
  readonly body: Uint8Array;
}

/** The path with its query. */
export function withQuery(path: string, query: KubeRequest["query"] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`;
}

export function isRepeatable({ method = "GET", repeatable }: KubeRequest): boolean {
  return repeatable ?? !(method === "POST" || method === "PATCH");
}
