/** Where the console begins, and where whoever is not signed in gets in. */
export const HOME = "/app/studio";
export const SIGN_IN = "/app/sign-in";
