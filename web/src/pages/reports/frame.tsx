import { useEffect, useRef } from "preact/hooks";
import { useI18n } from "../../i18n/i18n";

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
  const observer = new ResizeObserver(() => {
    frame.style.blockSize = `${content.getBoundingClientRect().height}px`;
  });
  observer.observe(content);
  return () => observer.disconnect();
}
