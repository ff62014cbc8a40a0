/** The console begins at this page. */
export const HOME = "/app/studio";

/** Visitors who are not signed in are sent to this page. */
export const SIGN_IN = "/app/sign-in";
