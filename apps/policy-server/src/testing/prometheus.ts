/** One value of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @throws {Error} at a line that is no comment and no sample */
export function parsePrometheusText(text: string): Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value = ""] = /^([a-z_:]+)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
      if (name === "") throw new Error(`no sample: ${line}`);
      const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)",?/gi)];
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, label = "", quoted = ""]) => [label, unquoted(quoted)])),
        value: value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value),
      };
    });
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/g, (_escape, character) => (character === "n" ? "\n" : character));
}

/** `sum(name{labels})`; `undefined` where Prometheus answers with nothing. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const chosen = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return chosen.length === 0 ? undefined : chosen.reduce((sum, { value }) => sum + value, 0);
}

/** `sum by (label) (name{labels})` */
export function sumBy(
  samples: readonly Sample[],
  label: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Record<string, number | undefined> {
  const values = new Set(
    samples.filter((sample) => sample.name === name).map((sample) => sample.labels[label]),
  );
  const present = [...values].filter((value) => value !== undefined);
  return Object.fromEntries(
    present.map((value) => [value, sumOf(samples, name, { ...labels, [label]: value })]),
  );
}
