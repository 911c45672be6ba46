/** An appointment as the rules see it. Times are in UTC. */
export type Appointment = { readonly patientId: string; readonly startsAt: Date; readonly cancelled: boolean }
export type Wanted = Pick<Appointment, 'patientId' | 'startsAt'>

/** A booking that the rules refuse. */
export class BookingError extends Error {
  readonly code: 'appointment-cancelled' | 'other-patient'

  constructor(code: BookingError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Whether `wanted` moves an appointment that exists. */
export function isMove({ patientId, startsAt, cancelled }: Appointment, wanted: Wanted): boolean {
  if (patientId !== wanted.patientId)
    throw new BookingError('other-patient', 'This appointment belongs to another patient; book a new one')
  if (cancelled) throw new BookingError('appointment-cancelled', 'This appointment was cancelled; book a new one')
  return startsAt.getTime() !== wanted.startsAt.getTime()
}

const slotMs = 15 * 60_000

/** Appointments start at every full quarter of an hour. */
export const isSlot = (startsAt: Date): boolean => startsAt.getTime() % slotMs === 0
