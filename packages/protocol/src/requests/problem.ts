import { ProtocolError } from "../errors.ts";
import { describePosition, pathAt } from "../json/position.ts";
import type { RequestProblem } from "./read-request.ts";
import { ShapeError } from "./shape.ts";

/** What is wrong with a body, to be put in words by the entry points. */
export interface Finding {
  status: 400 | 422;
  /** Path and text, such as `request.uid: invalid type: null, expected a string`. */
  text: string;
  /** Such as `line 1 column 2`. */
  position: string;
}

/** Runs a reader and turns what it throws into a problem. */
export function reportProblems<Read>(
  body: Uint8Array,
  phrase: (finding: Finding) => string,
  read: () => Read | RequestProblem,
): Read | RequestProblem {
  try {
    return read();
  } catch (error) {
    const finding = findingOf(body, error);
    return { kind: "malformed", status: finding.status, message: phrase(finding) };
  }
}

function findingOf(body: Uint8Array, error: unknown): Finding {
  if (error instanceof ShapeError) {
    const position = describePosition(body, error.consumed);
    return { status: error.status, text: prefixed(error.path, error.message), position };
  }
  if (error instanceof ProtocolError) {
    const position = describePosition(body, error.offset + 1);
    return { status: 400, text: prefixed(pathAt(body, error.offset), error.message), position };
  }
  throw error;
}

/** Keys can be as long as the body, which a message does not send back. */
const maxShownPath = 2048;

function prefixed(path: string, text: string): string {
  if (path === "") return text;
  const shown = path.length > maxShownPath ? `${path.slice(0, maxShownPath).toWellFormed()}…` : path;
  return `${shown}: ${text}`;
}
