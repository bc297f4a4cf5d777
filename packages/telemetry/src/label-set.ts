/** Labels of a series, by name. */
export type Labels = Readonly<Record<string, string>>
