import {
  connectFirestoreEmulator,
  doc,
  type Firestore,
  initializeFirestore,
  onSnapshot,
} from "firebase/firestore";
import { type Firebase, firebase } from "../session/firebase";
import type { GenerationDocument } from "./document";

let database: Promise<Firestore> | undefined;

/**
 * Listens to the document of a generation. Returns a function that stops it.
 *
 * This file is imported only when a generation is followed, because Firestore is larger than the rest of the console.
 */
export async function listenToGeneration(
  id: string,
  news: (document: GenerationDocument) => void,
  broken: () => void,
): Promise<() => void> {
  database ??= firebase()
    .then(connected)
    .catch((error: unknown) => {
      database = undefined; // The next listener tries again.
      throw error;
    });
  return onSnapshot(
    doc(await database, "generation_requests", id),
    (snapshot) => {
      const document = snapshot.data();
      if (document) news(document as GenerationDocument);
      else broken();
    },
    broken,
  );
}

function connected({ app, isLocal }: Firebase): Firestore {
  const firestore = initializeFirestore(app, {});
  const { host, port } = LOCAL_STACK.firestore;
  if (isLocal) connectFirestoreEmulator(firestore, host, port);
  return firestore;
}
