import base from '../../../../connect-config/orders-connector.json' with { type: 'json' }

export const config = JSON.parse(JSON.stringify(base).replaceAll('orders', 'pings')) as Record<string, string>
