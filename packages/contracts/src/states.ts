/** What a contract calls the provider state in which a message exists. */
export const wasPublished = (description: string): string => `${description} was published`

/** What a contract calls the events of a topic of which only name, aggregate and id are read. */
export const anyEventOf = (topic: string): string => `any event of ${topic}`
