/**
 * Returns the moment at which a day (2026-03-01) begins in the time zone of the reader, as the API takes it.
 *
 * Returns undefined for a text that is no day.
 */
export function beginningOf(day: string): string | undefined {
  return momentOf(day, 0);
}

/** Returns the moment at which a day ends. It fits `to` of the API, which is exclusive. */
export function endOf(day: string): string | undefined {
  return momentOf(day, 1);
}

function momentOf(day: string, daysLater: number): string | undefined {
  const moment = new Date(`${day}T00:00:00`);
  if (Number.isNaN(moment.getTime())) return undefined;
  moment.setDate(moment.getDate() + daysLater);
  return moment.toISOString();
}
