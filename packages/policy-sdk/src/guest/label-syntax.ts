/** The text or object is no label selector. */
export class LabelSelectorError extends Error {
  override readonly name = "LabelSelectorError";
}

const name = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const domain = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const maxDomainLength = 253;
const maxShown = 100;

/** @throws {LabelSelectorError} for what is no key of a label: `name` or `domain/name` */
export function checkLabelKey(key: string): void {
  const [first = "", second, ...more] = key.split("/", 3);
  const isQualified = second !== undefined;
  const fits = isQualified ? first.length <= maxDomainLength && domain.test(first) : true;
  if (more.length > 0 || !fits || !name.test(second ?? first)) {
    throw new LabelSelectorError(`not a label key: ${shown(key)}`);
  }
}

/** @throws {LabelSelectorError} for what is no value of a label; the empty text is one */
export function checkLabelValue(value: string): void {
  if (value !== "" && !name.test(value)) throw new LabelSelectorError(`not a label value: ${shown(value)}`);
}

/** A text for messages: never megabytes of it. */
export function shown(text: string): string {
  return JSON.stringify(text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);
}
