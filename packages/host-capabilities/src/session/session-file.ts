import { JsonObject, schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { parseDocument, stringify } from "yaml";
import type { Exchange, RecordedRequest } from "./interaction.ts";

/** A session file that cannot be read. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  readonly code = "SESSION_INVALID"; // not a list of exchanges, or one of them is not as it should be
}

const Response = v.variant("type", [
  v.object({ type: v.literal("Success"), payload: v.string() }),
  v.object({ type: v.literal("Error"), message: v.string() }),
]);
const Entry = v.object({ type: v.literal("Exchange"), request: v.string(), response: Response });
const Entries = v.array(Entry);

/**
 * Reads the text of a session file (policy-runtime 8). Files of older releases lack fields; these count as not set.
 * @throws {SessionError} naming the entry
 */
export function parseSession(text: string): Exchange[] {
  const read = v.safeParse(Entries, parseYaml(text).toJS() ?? []);
  if (!read.success) throw new SessionError(schemaProblems(read.issues).join(", "));
  return read.output.map(({ request, response }, index) => ({
    request: parseRequest(request, index),
    response,
  }));
}

/** A request is YAML in a text: a map with a tag that names the variant. */
function parseRequest(text: string, index: number): RecordedRequest {
  const where = `[${index}].request: `;
  const { toJS, tag } = parseYaml(text, where);
  const fields = v.safeParse(JsonObject, toJS());
  if (fields.success && tag?.startsWith("!")) return { variant: tag.slice(1), fields: fields.output };
  throw new SessionError(`${where}expected a map with a tag such as !DNSLookupHost`);
}

/** Nothing of it is read before `toJS`: an alias without its anchor is found there. */
function parseYaml(text: string, where = ""): { tag: string | undefined; toJS: () => unknown } {
  const document = parseDocument(text, { prettyErrors: false, logLevel: "silent" });
  const [problem] = document.errors;
  if (problem !== undefined) throw new SessionError(`${where}not YAML: ${problem.message}`);
  return {
    tag: document.contents?.tag,
    toJS() {
      try {
        return document.toJS();
      } catch (error) {
        throw new SessionError(`${where}not YAML: ${error instanceof Error ? error.message : error}`);
      }
    },
  };
}

/** The text of a session file. */
export function formatSession(exchanges: readonly Exchange[]): string {
  return stringify(
    exchanges.map(({ request, response }) => ({
      type: "Exchange",
      request: formatRequest(request),
      response,
    })),
    { lineWidth: 0, blockQuote: "literal" },
  );
}

/** The request as its YAML, which also stands in messages. */
export function formatRequest({ variant, fields }: RecordedRequest): string {
  return `!${variant}\n${stringify(fields, { lineWidth: 0 })}`;
}
