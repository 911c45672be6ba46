/** Whether a path is one that each service has for machines and readers: its health, metrics and documents. */
export const isOwnRoute = (path: string): boolean => /^\/(health|metrics|docs|openapi)|\/swagger-ui(\/|$)/.test(path)
