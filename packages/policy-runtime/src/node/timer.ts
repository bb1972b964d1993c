/** The longest delay that a timer can hold, in milliseconds: with a longer one it fires at once. */
export const maxTimerMs = 0x7fff_ffff;
