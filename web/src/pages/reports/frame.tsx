import { useEffect, useRef } from "preact/hooks";
import { useI18n } from "../../i18n/i18n";

/** This width fits between the margins of A4 and of Letter. */
const PAPER = "680px";

/**
 * Shows a report. The sandbox allows no scripts, because a report holds text that users have typed.
 *
 * It keeps the origin of this page, which could otherwise not measure the height of the report.
 */
export function ReportFrame({ html }: { html: string }) {
  const { t } = useI18n();
  const frame = useRef<HTMLIFrameElement>(null);
  const grown = useRef<() => void>(() => {});
  useEffect(() => () => grown.current(), []);
  const grow = () => {
    grown.current();
    if (frame.current) grown.current = fitHeight(frame.current);
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

/** Keeps the frame as tall as its content, also when the window becomes narrower. Returns a function that stops it. */
function fitHeight(frame: HTMLIFrameElement): () => void {
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

/**
 * Lays the report out as on paper and measures it before a page is printed. Returns a function that stops it.
 *
 * Observers are not called during printing, so with the height of the screen, blank sheets would follow.
 */
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
