import type { KubeClient } from "../client/kube-client.ts";
import { isKubeError } from "../errors.ts";
import { type ByteWriter, createByteWriter } from "../json/byte-writer.ts";
import { createGarbageHint } from "./garbage-hint.ts";
import { type ListPage, readListPage } from "./list-page.ts";

export interface ListOptions {
  /** `collectionPath` makes it */
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** objects asked for at once; 500 unless told */
  readonly pageSize?: number;
  /** for who needs no more: a list of `PartialObjectMetadata`, or of whole objects where the API server cannot */
  readonly metadataOnly?: boolean | undefined;
  /** asks for the next page while the last one is looked at; takes the memory of two */
  readonly ahead?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** for each page, in milliseconds */
  readonly timeoutMs?: number;
}

/** `restart`: what came so far is void, the list begins anew. */
export type ListPart = { readonly kind: "page"; readonly page: ListPage } | { readonly kind: "restart" };

const maxRestarts = 3;

/**
 * Lists objects page by page, all as of one moment. When the API server no longer knows that moment (410), the list
 * starts anew; when a page has too many bytes, smaller ones are asked for.
 * @throws {KubeError} `KUBE_RESOURCE_UNKNOWN` when the kind is not served there; any other of a request
 */
export async function* listPages(client: KubeClient, options: ListOptions): AsyncGenerator<ListPart> {
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal, ...(options.signal ? [options.signal] : [])]);
  const writers = [
    createByteWriter({ roomy: true }),
    ...(options.ahead ? [createByteWriter({ roomy: true })] : []),
  ];
  const hint = createGarbageHint();
  let restarts = 0;
  let limit = options.pageSize ?? 500;
  let turn = 0;
  const ask = (continueToken: string | undefined): Promise<Fetched> => {
    const into = writers[turn++ % writers.length]!;
    const page = nextPage(client, { ...options, signal }, { limit, continueToken, into });
    page.catch(() => {}); // who leaves early does not wait for it
    return page;
  };
  let continueToken: string | undefined;
  let asked: Promise<Fetched> | undefined;
  try {
    for (;;) {
      const part = await (asked ?? ask(continueToken));
      asked = undefined;
      switch (part.kind) {
        case "too-large":
          limit = Math.max(1, Math.floor(limit / 4));
          continue;
        case "gone":
          if (++restarts > maxRestarts) throw part.error;
          continueToken = undefined;
          yield { kind: "restart" };
          continue;
        case "page":
          continueToken = part.page.continueToken;
          if (options.ahead && continueToken !== undefined) asked = ask(continueToken);
          yield part;
          hint(part.page.body.length);
          if (continueToken === undefined) return;
      }
    }
  } finally {
    leaving.abort();
  }
}

type Fetched = { kind: "page"; page: ListPage } | { kind: "too-large" } | { kind: "gone"; error: unknown };

async function nextPage(
  client: KubeClient,
  { path, labelSelector, fieldSelector, metadataOnly, signal, timeoutMs }: ListOptions,
  { limit, continueToken, into }: { limit: number; continueToken: string | undefined; into: ByteWriter },
): Promise<Fetched> {
  try {
    const { body } = await client.get(path, {
      query: { limit, continue: continueToken, labelSelector, fieldSelector },
      signal,
      into,
      metadataOnly: metadataOnly ? "list" : undefined,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return { kind: "page", page: readListPage(body) };
  } catch (error) {
    if (limit > 1 && isKubeError(error, "KUBE_TOO_LARGE")) return { kind: "too-large" };
    if (continueToken !== undefined && isKubeError(error, "KUBE_GONE")) return { kind: "gone", error };
    throw error;
  }
}

/**
 * Lists objects whole.
 * @returns each object as the bytes that came (`apiVersion` and `kind` are absent where the API server omits them)
 * @throws {KubeError} as `listPages`
 */
export async function listObjects(
  client: KubeClient,
  options: ListOptions,
): Promise<{ resourceVersion: string; items: Uint8Array[] }> {
  let items: Uint8Array[] = [];
  let resourceVersion = "";
  for await (const part of listPages(client, options)) {
    if (part.kind === "restart") {
      items = [];
      continue;
    }
    const { page } = part;
    resourceVersion = page.resourceVersion;
    for (let run = 0; run < page.items.length; run += 2) {
      items.push(page.body.slice(page.items[run], page.items[run + 1]));
    }
  }
  return { resourceVersion, items };
}
