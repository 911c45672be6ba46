/** Runs one named step of a longer work; whoever gives it decides how the step and its time are shown. */
export type Progress = <T>(step: string, work: () => Promise<T>) => Promise<T>

export const silently: Progress = (_step, work) => work()
