import "./picture.css";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api, body, type Generation } from "../api/client";
import { keys, queries } from "../api/queries";
import { useI18n } from "../i18n/i18n";
import { type Shape, shapeOf } from "./shape";

interface FrameProps {
  shape: Shape;
  /** Something is being made in it. */
  isDeveloping?: boolean;
  children?: ComponentChildren;
}

/** Keeps the place of a picture, in its shape, before it is there. */
export function Frame({ shape: { width, height }, isDeveloping = false, children }: FrameProps) {
  return (
    <div class={isDeveloping ? "picture is-developing" : "picture"}>
      <svg class="picture-space" viewBox={`0 0 ${width} ${height}`} aria-hidden="true" />
      {children}
    </div>
  );
}

/** An output of a generation. Links live for minutes: one that has died is asked for again, once. */
export function Picture({ generation, number = 0 }: { generation: Generation; number?: number }) {
  const { t } = useI18n();
  const { url, tries, isBroken, renew } = useLink(generation, number);
  const [isLoaded, setLoaded] = useState(false);
  const shape = shapeOf(generation, number);
  if (!url || isBroken) {
    return (
      <Frame shape={shape}>
        <p class="picture-words">{url ? t("studio.picture.broken") : t("studio.picture.none")}</p>
      </Frame>
    );
  }
  return (
    <Frame shape={shape} isDeveloping={!isLoaded}>
      <img
        key={tries}
        class={isLoaded ? "is-developed" : ""}
        src={url}
        alt={generation.prompt}
        loading="lazy"
        decoding="async"
        onLoad={() => setLoaded(true)}
        onError={renew}
      />
    </Frame>
  );
}

function useLink({ id, outputs }: Generation, number: number) {
  const [renewed, setRenewed] = useState<string>();
  const [tries, setTries] = useState(0);
  const renew = async () => {
    setTries(tries + 1);
    if (tries > 0) return;
    const fresh = await body(api.GET("/v1/generations/{id}", { params: { path: { id } } })).catch(() => null);
    if (!fresh) return setTries(2);
    queries.setQueryData(keys.generation(id), fresh);
    setRenewed(fresh.outputs[number]?.url);
  };
  return { url: renewed ?? outputs[number]?.url, tries, isBroken: tries > 1, renew };
}
