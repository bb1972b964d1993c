export interface KubernetesKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What expressions read of the cluster, as far as they say so plainly. */
export interface CelReads {
  readonly kinds: readonly KubernetesKind[];
  /** Whether an expression makes up at run time which kind it reads. */
  readonly computed: boolean;
}

/** A comment or a string literal of CEL: in raw ones a backslash is a backslash. */
const comment = String.raw`//[^\n]*`;
const raw = String.raw`(?:[rR][bB]?|[bB][rR])("""[^]*?"""|'''[^]*?'''|"[^"\n]*"|'[^'\n]*')`;
const escaped = String.raw`[bB]?("""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')`;
const token = new RegExp(`${comment}|${raw}|${escaped}`, "g");

/** Stands for a literal in the text that is searched: no expression holds it. */
const literalMark = "\u0000";
const read = /\bkw\s*\.\s*k8s\s*\.\s*apiVersion\s*\(\s*\u0000(\d+)\s*\)\s*\.\s*kind\s*\(\s*\u0000(\d+)\s*\)/g;
const anyRead = /\bkw\s*\.\s*k8s\b/g;
const namespaceObject = /(?<![.\w]\s*)namespaceObject\b/;

/**
 * Looks through CEL expressions for `namespaceObject` and `kw.k8s.apiVersion("…").kind("…")`
 * (policies-and-sdk.md 4.2, 4.3).
 */
export function celReads(expressions: readonly string[]): CelReads {
  const reads = expressions.map(readsOf);
  return { kinds: reads.flatMap(({ kinds }) => kinds), computed: reads.some(({ computed }) => computed) };
}

function readsOf(expression: string): CelReads {
  const literals: string[] = [];
  const code = expression
    .replaceAll(literalMark, " ")
    .replaceAll(token, (_whole, rawText: string | undefined, text: string | undefined = rawText) => {
      if (text === undefined) return " ";
      literals.push(unquoted(text));
      return `${literalMark}${literals.length - 1} `;
    });
  const plain = Array.from(code.matchAll(read), ([, apiVersion, kind]) => ({
    apiVersion: literals[Number(apiVersion)] ?? "",
    kind: literals[Number(kind)] ?? "",
  }));
  const namespaces = namespaceObject.test(code) ? [{ apiVersion: "v1", kind: "Namespace" }] : [];
  const computed = [...code.matchAll(anyRead)].length > plain.length;
  return { kinds: [...namespaces, ...plain], computed };
}

/** Names of kinds hold nothing that needs an escape. */
function unquoted(text: string): string {
  const quotes = /^("""|'''|"|')/.exec(text)?.[0] ?? "";
  return text.slice(quotes.length, -quotes.length);
}
