/** The next state, and the event that announces it in the same transaction. */
export type Change<State extends string, Event extends string> = { readonly to: State; readonly publishes?: Event }

/**
 * Every state of an aggregate, what moves it, and what each move announces. The compiler requires a step for each trigger
 * in each state: a `Change`, `unchanged` for what comes late or twice, or `refused` for a request that is not possible.
 */
export type StateMachine<
  First extends string = string,
  State extends string = string,
  Trigger extends string = string,
  Event extends string = string
> = {
  /** What creates it. */
  readonly first: Readonly<Record<First, Change<State, Event>>>
  readonly steps: Readonly<Record<State, Readonly<Record<Trigger, Change<State, Event> | 'unchanged' | 'refused'>>>>
  /** The services that read each event. */
  readonly listeners: Readonly<Record<Event, readonly string[]>>
}
