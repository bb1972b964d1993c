import type { GenericSchema } from "valibot";
import type { Question } from "./question.ts";
import { type Setting, type SettingShape, shapeOf } from "./setting-shape.ts";

/** What can be asked for, and the paths of settings that no question can ask for. */
export interface SettingsForm {
  readonly questions: readonly Question[];
  readonly unasked: readonly string[];
}

/**
 * The form for settings. Labels and descriptions are those of `v.title()` and `v.description()`; without a title the
 * label is the setting's name.
 */
export function questionsOf(settings: GenericSchema): SettingsForm {
  const shape = shapeOf(settings);
  return shape.kind === "object" ? formOf(shape.members, "") : { questions: [], unasked: [] };
}

function formOf(members: readonly Setting[], prefix: string): SettingsForm {
  const forms = members.map((setting) => settingForm(setting, prefix));
  return {
    questions: forms.flatMap(({ questions }) => questions),
    unasked: forms.flatMap(({ unasked }) => unasked),
  };
}

function settingForm(setting: Setting, prefix: string): SettingsForm {
  const path = `${prefix}${setting.name}`;
  const type = typeOf(setting.shape);
  if (type === undefined) return { questions: [], unasked: [path] };
  const { members, unasked } = memberQuestions(setting.shape, path);
  const { description, required, default: fallback, title, onlyFor, shape } = setting;
  const question: Question = {
    variable: path,
    type,
    label: title ?? setting.name,
    ...(description === undefined ? {} : { description }),
    ...(prefix === "" ? { group: "Settings" } : {}),
    ...(required ? { required } : {}),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(shape.kind === "choice" ? { options: shape.options } : {}),
    ...(onlyFor === undefined ? {} : { show_if: condition(onlyFor, prefix) }),
    ...members,
  };
  return { questions: [question], unasked };
}

function memberQuestions(shape: SettingShape, path: string) {
  if (shape.kind === "object") {
    const { questions, unasked } = formOf(shape.members, `${path}.`);
    return { members: { hide_input: true, subquestions: questions }, unasked };
  }
  if (shape.kind !== "list" || shape.item.kind !== "object") return { members: {}, unasked: [] };
  const { questions, unasked } = formOf(shape.item.members, "");
  const members = {
    hide_input: true,
    sequence_questions: questions.map(({ group: _, ...question }) => question),
  };
  return { members, unasked: unasked.map((name) => `${path}[].${name}`) };
}

function typeOf(shape: SettingShape): string | undefined {
  switch (shape.kind) {
    case "boolean":
      return "boolean";
    case "text":
      return "string";
    case "number":
      return "int";
    case "choice":
      return "enum";
    case "object":
      return "map[";
    case "map":
      return isText(shape.value) ? "map[" : undefined;
    case "list":
      if (shape.item.kind === "object") return "sequence[";
      return isText(shape.item) ? "array[" : undefined;
    case "other":
      return undefined;
  }
}

/** Fields of lists and maps hold text only. */
function isText({ kind }: SettingShape): boolean {
  return kind === "text" || kind === "choice";
}

function condition({ name, values }: NonNullable<Setting["onlyFor"]>, prefix: string): string {
  return values.map((value) => `${prefix}${name}=${value}`).join("||");
}
