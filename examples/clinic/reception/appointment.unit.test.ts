import { expect, it } from 'vitest'
import { type Appointment, isMove, isSlot } from './appointment.ts'

const startsAt = new Date('2030-05-02T09:15:00Z')
const anAppointment = (more: Partial<Appointment> = {}): Appointment => ({
  patientId: 'ada',
  startsAt,
  cancelled: false,
  ...more
})

it('moves an appointment to another time, and leaves it where it is at the same time', () => {
  expect(isMove(anAppointment(), { patientId: 'ada', startsAt: new Date('2030-05-02T09:30:00Z') })).toBe(true)
  expect(isMove(anAppointment(), { patientId: 'ada', startsAt: new Date(startsAt) })).toBe(false)
})

it('refuses another patient, and an appointment that was cancelled', () => {
  const wanted = { patientId: 'ada', startsAt }
  expect(() => isMove(anAppointment({ patientId: 'bob' }), wanted)).toThrowError(/another patient/)
  expect(() => isMove(anAppointment({ cancelled: true }), wanted)).toThrowError(/cancelled/)
})

it.each([
  ['2030-05-02T09:15:00Z', true],
  ['2030-05-02T00:00:00Z', true],
  ['2030-05-02T09:10:00Z', false],
  ['2030-05-02T09:15:00.001Z', false]
])('takes %s for a slot: %s', (time, expected) => {
  expect(isSlot(new Date(time))).toBe(expected)
})
