import { describe, expect, it } from 'vitest'
import { appointmentBodySchema, pathSchema, patientBodySchema } from './requests.ts'

const id = '9b2d7c1e-5a44-4c0f-8f0e-2d6a1b3c4d5e'
const body = { patient: { id, name: 'Ada' }, startsAt: '2030-05-02T09:15:00Z' }

describe('a request', () => {
  it('reads one id in upper and lower case as the same', () => {
    expect(pathSchema.parse({ id: id.toUpperCase() })).toEqual({ id })
    const patient = { id: id.toUpperCase(), name: 'Ada' }
    expect(appointmentBodySchema.parse({ ...body, patient }).patient.id).toBe(id)
  })

  it('reads a time in any zone', () => {
    const { startsAt } = appointmentBodySchema.parse({ ...body, startsAt: '2030-05-02T11:15:00+02:00' })
    expect(startsAt.toISOString()).toBe('2030-05-02T09:15:00.000Z')
  })

  it.each(['', '   ', 'a'.repeat(101), 'a\0b', 7, null])('refuses the name %j', name => {
    expect(patientBodySchema.safeParse({ name }).success).toBe(false)
  })

  it.each(['9:15', '2030-05-02', '2030-05-02T09:15:00', '2030-05-02T09:10:00Z', null])(
    'refuses the time %j',
    startsAt => {
      expect(appointmentBodySchema.safeParse({ ...body, startsAt }).success).toBe(false)
    }
  )

  it('refuses what is not a UUID, and fields that it does not know', () => {
    expect(pathSchema.safeParse({ id: '17' }).success).toBe(false)
    expect(patientBodySchema.safeParse({ name: 'Ada', more: 1 }).success).toBe(false)
    expect(appointmentBodySchema.safeParse([body]).success).toBe(false)
  })
})
