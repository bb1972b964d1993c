import * as v from "valibot";

/** One field of the form that user interfaces show for a policy's settings. */
export interface Question {
  /** Path of the setting with dots; inside `sequence_questions`, the name in the item. */
  readonly variable: string;
  /** `boolean`, `string`, `int`, `enum`, `map[`, `sequence[` or `array[`. */
  readonly type: string;
  readonly label?: string | undefined;
  readonly description?: string | undefined;
  readonly tooltip?: string | undefined;
  readonly group?: string | undefined;
  readonly required?: boolean | undefined;
  readonly default?: unknown;
  readonly options?: readonly string[] | undefined;
  readonly show_if?: string | undefined;
  readonly hide_input?: boolean | undefined;
  /** Of the members of an object. */
  readonly subquestions?: readonly Question[] | undefined;
  /** Of each item of a list. */
  readonly sequence_questions?: readonly Question[] | undefined;
}

const Question: v.GenericSchema<unknown, Question> = v.looseObject({
  variable: v.string(),
  type: v.string(),
  label: v.optional(v.string()),
  description: v.optional(v.string()),
  tooltip: v.optional(v.string()),
  group: v.optional(v.string()),
  required: v.optional(v.boolean()),
  default: v.optional(v.unknown()),
  options: v.optional(v.array(v.string())),
  show_if: v.optional(v.string()),
  hide_input: v.optional(v.boolean()),
  subquestions: v.optional(v.array(v.lazy(() => Question))),
  sequence_questions: v.optional(v.array(v.lazy(() => Question))),
});

/** What `questions-ui.yml` holds. */
export const Questions = v.looseObject({ questions: v.array(Question) });
