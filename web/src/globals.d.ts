/** Set by the build: where the emulators of the local stack are, and who can sign in there. */
declare const LOCAL_STACK: {
  auth: string;
  firestore: { host: string; port: number };
  people: { password: string; people: { id: string; email: string; name: string }[] };
};
