import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaMember, Membership, NextOffset } from './kafka-client.ts'

type Client<Member> = {
  /** Joins the group once; `onCrash` reports that the member has died. */
  readonly join: (onCrash: (error: unknown) => void) => Promise<Member>
  readonly commit: (member: Member, next: readonly NextOffset[]) => Promise<unknown>
  readonly leave: (member: Member) => Promise<void>
  /** Cleans up after a member that crashed; does nothing by default. */
  readonly cleanUp?: (member: Member) => Promise<void>
}

/** Joins the group, and joins again with a new member after each crash, until `leave`. */
export async function stayJoined<Member>(
  { onAssigned, onFailure }: Membership,
  { join, commit, leave, cleanUp = () => Promise.resolve() }: Client<Member>
): Promise<KafkaMember> {
  const leaving = new AbortController()
  const { signal } = leaving
  let current: Member | undefined

  /** Resolves to false if the member crashed before it had joined, which it may report before `join` has resolved. */
  async function joinOnce(): Promise<boolean> {
    let state: 'joining' | 'joined' | 'crashed' = 'joining'
    function onCrash(error: unknown): void {
      if (signal.aborted) return
      onAssigned([])
      onFailure(error)
      if (state === 'joined') void joinAgain()
      state = 'crashed'
    }
    current = await join(onCrash)
    const isJoined = state === 'joining'
    if (isJoined) state = 'joined'
    return isJoined
  }

  async function joinAgain(): Promise<void> {
    let crashed = current
    for (let delay = 200; !signal.aborted; delay = Math.min(delay * 2, 5_000)) {
      if (crashed !== undefined) await cleanUp(crashed)
      crashed = undefined
      await sleep(delay, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      try {
        const isJoined = await joinOnce()
        if (signal.aborted && current !== undefined) await leave(current)
        if (isJoined) return
        crashed = current
      } catch (error) {
        onFailure(error)
      }
    }
  }

  if (!(await joinOnce())) void joinAgain()
  return {
    async commit(next) {
      if (current !== undefined) await commit(current, next)
    },
    async leave() {
      leaving.abort()
      if (current !== undefined) await leave(current)
    }
  }
}
