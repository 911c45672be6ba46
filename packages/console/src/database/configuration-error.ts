/** The settings name something that does not exist, or is not what they say: a person has to correct them. */
export class ConfigurationError extends Error {}
