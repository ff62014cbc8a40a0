/** The moment at which a day (2026-03-01) begins where the reader is, as the API takes it; undefined for what is no day. */
export function beginningOf(day: string): string | undefined {
  return momentOf(day, 0);
}

/** The moment at which a day is over: `to` of the API leaves out what happened at it. */
export function endOf(day: string): string | undefined {
  return momentOf(day, 1);
}

function momentOf(day: string, daysLater: number): string | undefined {
  const moment = new Date(`${day}T00:00:00`);
  if (Number.isNaN(moment.getTime())) return undefined;
  moment.setDate(moment.getDate() + daysLater);
  return moment.toISOString();
}
