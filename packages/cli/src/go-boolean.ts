const trueTexts = ["1", "t", "T", "TRUE", "true", "True"];
const falseTexts = ["0", "f", "F", "FALSE", "false", "False"];

/** What Go's `strconv.ParseBool` takes for yes and no, as a switch is written here; `undefined` for any other text. */
export function goBoolean(text: string): "true" | "false" | undefined {
  if (trueTexts.includes(text)) return "true";
  return falseTexts.includes(text) ? "false" : undefined;
}
