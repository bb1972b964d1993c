import * as v from "valibot";
import { registryError } from "./errors.ts";
import { type Answer, urlText } from "./http/exchange.ts";
import { pagesOf } from "./pages.ts";
import { isTag } from "./reference.ts";
import type { Repository, Session } from "./session.ts";

/** The tags of a repository, in the registry's order. */
export type TagReader = (repository: Repository, options: { signal: AbortSignal }) => Promise<string[]>;

/** Some registries say `null` of a repository without tags. */
const TagList = v.object({ tags: v.nullable(v.array(v.pipe(v.string(), v.check(isTag)))) });

export function createTagReader(
  session: Session,
  limits: { maxBytes: number; timeoutMs: number },
): TagReader {
  return async (repository, { signal }) => {
    const tags = new Set<string>();
    for await (const answer of pagesOf(session, repository, { path: "tags/list", ...limits }, { signal })) {
      for (const tag of tagsOf(answer)) tags.add(tag);
    }
    return [...tags];
  };
}

function tagsOf({ url, body }: Answer): readonly string[] {
  const list = v.safeParse(TagList, parseJson(body));
  if (list.success) return list.output.tags ?? [];
  throw registryError(`OCI distribution spec violation: ${urlText(url)} is no list of tags`, {
    code: "OCI_PROTOCOL",
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
