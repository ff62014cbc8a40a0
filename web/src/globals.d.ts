/** The build sets this to the addresses of the local stack's emulators, and the people who can sign in there. */
declare const LOCAL_STACK: {
  auth: string;
  firestore: { host: string; port: number };
  people: { password: string; people: { id: string; email: string; name: string }[] };
};
