export { admissionRequest, type RequestFacts } from "./admission-request.ts";
export { type FakeAnswers, type FakeHost, fakeHost, type RecordedCall } from "./fake-host.ts";
export { type LoadedPolicy, load } from "./load.ts";
export type { Outcome, RunOptions, SettingsOutcome } from "./outcome.ts";
export { GuestError, run, validateSettings } from "./run.ts";
export { type RecordingHost, type ReplayHost, record, replay } from "./session.ts";
