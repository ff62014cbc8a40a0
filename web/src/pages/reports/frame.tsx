import { useEffect, useRef } from "preact/hooks";
import { useI18n } from "../../i18n/i18n";

/** Less than A4 and Letter have between their margins. */
const PAPER = "680px";

/**
 * A report holds what users have typed, so nothing in it runs: the sandbox allows no script. Of the same origin it may
 * be all the same: only so can this page see how tall it is.
 */
export function ReportFrame({ html }: { html: string }) {
  const { t } = useI18n();
  const frame = useRef<HTMLIFrameElement>(null);
  const grown = useRef<() => void>(() => {});
  useEffect(() => () => grown.current(), []);
  const grow = () => {
    grown.current();
    if (frame.current) grown.current = follow(frame.current);
  };
  return (
    <iframe
      ref={frame}
      class="reports-frame"
      title={t("reports.frame")}
      sandbox="allow-same-origin allow-popups"
      srcdoc={html}
      onLoad={grow}
    />
  );
}

/** The frame is as tall as what is in it, also when the window becomes narrower. */
function follow(frame: HTMLIFrameElement): () => void {
  const content = frame.contentDocument?.documentElement;
  if (!content) return () => {};
  const theme = getComputedStyle(document.documentElement).colorScheme;
  content.style.colorScheme = theme;
  const measure = () => {
    frame.style.blockSize = `${content.getBoundingClientRect().height}px`;
  };
  const observer = new ResizeObserver(measure);
  observer.observe(content);
  const stop = onPrint(frame, measure);
  return () => {
    observer.disconnect();
    stop();
  };
}

/** No observer is asked while a page is printed: measured beforehand, laid out as on paper, or blank sheets follow. */
function onPrint(frame: HTMLIFrameElement, measure: () => void): () => void {
  const paperRules = mediaOf(frame.contentDocument).filter(({ mediaText }) => mediaText === "print");
  const lay = (width: string, media: string) => {
    frame.style.inlineSize = width;
    for (const rule of paperRules) rule.mediaText = media;
    measure();
  };
  const before = () => lay(PAPER, "all");
  const after = () => lay("", "print");
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  return () => {
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
  };
}

function mediaOf(report: Document | null): MediaList[] {
  const rules = [...(report?.styleSheets ?? [])].flatMap((sheet) => [...sheet.cssRules]);
  return rules.flatMap((rule) => ("media" in rule ? [rule.media as MediaList] : []));
}
