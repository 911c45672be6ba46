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
  let current = await join(onCrash)

  function onCrash(error: unknown): void {
    if (signal.aborted) return
    onAssigned([])
    onFailure(error)
    void joinAgain()
  }

  async function joinAgain(): Promise<void> {
    await cleanUp(current)
    for (let delay = 200; !signal.aborted; delay = Math.min(delay * 2, 5_000)) {
      await sleep(delay, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      try {
        current = await join(onCrash)
        if (signal.aborted) await leave(current)
        return
      } catch (error) {
        onFailure(error)
      }
    }
  }

  return {
    async commit(next) {
      await commit(current, next)
    },
    async leave() {
      leaving.abort()
      await leave(current)
    }
  }
}
