import "./picture.css";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api, body, type Generation } from "../api/client";
import { keys, queries } from "../api/queries";
import { useI18n } from "../i18n/i18n";
import { linkOf, type Wanted } from "./link";
import { type Shape, shapeOf } from "./shape";

type Output = Generation["outputs"][number];

interface FrameProps {
  shape: Shape;
  /** True while the picture is made or loaded. */
  isDeveloping?: boolean;
  children?: ComponentChildren;
}

/** Keeps the place of a picture, in its shape, so that nothing moves when it comes. */
export function Frame({ shape: { width, height }, isDeveloping = false, children }: FrameProps) {
  return (
    <div class={isDeveloping ? "picture is-developing" : "picture"}>
      <svg class="picture-space" viewBox={`0 0 ${width} ${height}`} aria-hidden="true" />
      {children}
    </div>
  );
}

interface PictureProps {
  generation: Generation;
  number?: number;
  wanted?: Wanted;
}

/**
 * Shows an output of a generation.
 *
 * Its link expires within minutes, so after a failure a new one is asked for, once.
 */
export function Picture({ generation, number = 0, wanted = "full" }: PictureProps) {
  const { t } = useI18n();
  const { output, failures, failed } = useOutput(generation, number);
  const [isLoaded, setLoaded] = useState(false);
  const shape = shapeOf(generation, number);
  const link = output && linkOf(output, wanted, failures);
  if (!link) {
    return (
      <Frame shape={shape}>
        <p class="picture-words">{output ? t("studio.picture.broken") : t("studio.picture.none")}</p>
      </Frame>
    );
  }
  const preview = wanted === "full" && output.thumbnail_url;
  return (
    <Frame shape={shape} isDeveloping={!isLoaded}>
      {preview && <img class="picture-preview" src={preview} alt="" decoding="async" />}
      <img
        key={failures}
        class={isLoaded ? "is-developed" : ""}
        src={link}
        alt={generation.prompt}
        loading="lazy"
        decoding="async"
        onLoad={() => setLoaded(true)}
        onError={failed}
      />
    </Frame>
  );
}

function useOutput({ id, outputs }: Generation, number: number) {
  const [renewed, setRenewed] = useState<Output>();
  const [failures, setFailures] = useState(0);
  const failed = async () => {
    if (failures === 0) setRenewed(await renew(id, number));
    setFailures(failures + 1);
  };
  return { output: renewed ?? outputs[number], failures, failed };
}

async function renew(id: string, number: number): Promise<Output | undefined> {
  const fresh = await body(api.GET("/v1/generations/{id}", { params: { path: { id } } })).catch(() => null);
  if (fresh) queries.setQueryData(keys.generation(id), fresh);
  return fresh?.outputs[number];
}
