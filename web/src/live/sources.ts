import { api, body } from "../api/client";
import type { GenerationDocument } from "./document";
import type { Sources, Stop } from "./follow";

export const sources: Sources = {
  listen,
  ask: (id) => body(api.GET("/v1/generations/{id}", { params: { path: { id } } })),
  page: { isHidden: () => document.hidden, onShown },
};

function listen(id: string, news: (document: GenerationDocument) => void, broken: () => void): Stop {
  let isStopped = false;
  let stop: Stop = () => {};
  import("./firestore")
    .then(({ listenToGeneration }) => (isStopped ? stop : listenToGeneration(id, news, broken)))
    .then(
      (listening) => {
        stop = listening;
        if (isStopped) stop();
      },
      () => broken(),
    );
  return () => {
    isStopped = true;
    stop();
  };
}

function onShown(then: () => void): Stop {
  const look = () => document.hidden || then();
  document.addEventListener("visibilitychange", look);
  return () => document.removeEventListener("visibilitychange", look);
}
