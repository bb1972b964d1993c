import { isDeepStrictEqual } from "node:util";
import { formatReference } from "@kubewarden-ts/oci";
import * as v from "valibot";
import { KwctlError } from "../errors.ts";
import { type Attaching, documentAt, inRepository, pushedDocument } from "./signature-registry.ts";

/** An entry of a list that a manifest or index under a tag has. */
export interface ListedEntry {
  readonly tag: string;
  readonly mediaType: string;
  /** The member of the document that is the list. */
  readonly list: "layers" | "manifests";
  readonly entry: object;
  /** The other members of a document that is made for the first entry. */
  readonly base: object;
}

/** Each time that somebody else writes in between, one of both gets through. */
const maxAttempts = 10;

/**
 * Adds an entry to a list, beside those that are there; one that is there already is not added again. A registry knows no
 * way to write a tag only if nobody else has since it was read, so it is read again until the entry is found in it.
 * @throws {KwctlError} `KWCTL_SIGNING_FAILED` when others take the entry away again and again
 * @throws {OciError}
 */
export async function addListed(listed: ListedEntry, attaching: Attaching): Promise<void> {
  const { tag, mediaType, list, entry, base } = listed;
  const schema = documentWith(list);
  for (let attempt = 0; attempt <= maxAttempts; attempt++) {
    const found = await documentAt(tag, schema, attaching);
    const entries = v.parse(Entries, found?.[list] ?? []);
    if (entries.some((each) => isDeepStrictEqual(each, entry))) return;
    if (attempt === maxAttempts) break;
    const document = { ...(found ?? base), [list]: [...entries, entry] };
    await pushedDocument(document, { mediaType, tag }, attaching);
  }
  const place = formatReference(inRepository(attaching.reference, { tag }));
  throw new KwctlError(
    `the signature did not stay in ${place}, which others write at the same time: sign again when they are done`,
    { code: "KWCTL_SIGNING_FAILED" },
  );
}

const Entries = v.array(v.unknown());

function documentWith(list: ListedEntry["list"]) {
  return v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((document) => Array.isArray(document[list])),
  );
}
