/** Every path that leads to another service, the service, and the scope that a caller needs; null for any valid token. */
const businessPaths = {
  '/orders': { service: 'order', scope: 'orders' },
  '/myPages': { service: 'order', scope: 'orders' },
  '/menus': { service: 'order', scope: null },
  '/payments': { service: 'payment', scope: 'orders' },
  '/ordermanagements': { service: 'shop', scope: 'shop' },
  '/items': { service: 'item', scope: 'shop' },
  '/deliveries': { service: 'delivery', scope: 'deliveries' }
} as const

export type Scope = NonNullable<(typeof businessPaths)[keyof typeof businessPaths]['scope']>
type ServiceName = (typeof businessPaths)[keyof typeof businessPaths]['service']

/** The scope that each path needs. */
export const scopes: readonly (readonly [path: string, scope: Scope | null])[] = Object.entries(businessPaths).map(
  ([path, { scope }]) => [path, scope]
)

export function pathsOf(name: ServiceName): readonly string[] {
  return Object.entries(businessPaths).flatMap(([path, { service }]) => (service === name ? [path] : []))
}
