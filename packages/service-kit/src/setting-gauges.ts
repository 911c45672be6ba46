import { Gauge, type Registry } from 'prom-client'

/**
 * Shows what a service was told from outside: `service_setting{name="PAYMENT_FALLBACK",value="off"} 1`. Never give it a
 * secret.
 */
export function registerSettings(settings: Readonly<Record<string, string | number>>, registry: Registry): void {
  const gauge = new Gauge({
    name: 'service_setting',
    help: '1 for the value of a setting from outside',
    labelNames: ['name', 'value'],
    registers: [registry]
  })
  for (const [name, value] of Object.entries(settings)) gauge.set({ name, value: String(value) }, 1)
}
