import type { HostQuestion } from "@kubewarden-ts/host-capabilities";

/**
 * What an evaluation asked about the world outside of its request: its verdict holds as long as these answers do. Of other
 * capabilities than reading Kubernetes objects, the name alone is told.
 */
export interface EvaluationRead {
  /** Path of the host capability, such as `kubernetes/get_resource`. */
  readonly capability: string;
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  /** Of the one object that was read; all that the selectors take without it. */
  readonly name?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

const members = [
  ["apiVersion", "api_version"],
  ["kind", "kind"],
  ["namespace", "namespace"],
  ["name", "name"],
  ["labelSelector", "label_selector"],
  ["fieldSelector", "field_selector"],
] as const;

/** Collects what one evaluation asks. */
export class ReadCollector {
  readonly #byText = new Map<string, EvaluationRead>();

  readonly note = (question: HostQuestion): void => {
    const read = readOf(question);
    this.#byText.set(JSON.stringify(read), read);
  };

  /** Each read once, in the order in which they were first asked. */
  reads(): EvaluationRead[] {
    return [...this.#byText.values()];
  }
}

function readOf({ capability, input }: HostQuestion): EvaluationRead {
  const fields = new Map(Object.entries(Object(input)));
  // Its members have other meanings: the object of an access review is asked about, not read.
  if (!fields.has("api_version")) return { capability };
  const texts = members.map(([name, key]) => [name, fields.get(key)] as const);
  return { capability, ...Object.fromEntries(texts.filter(([, text]) => typeof text === "string")) };
}
