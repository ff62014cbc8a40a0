/** Each program in a page of the documentation gets a button that copies it. */
for (const figure of document.querySelectorAll<HTMLElement>(".code.program")) {
  figure.querySelector("figcaption")?.append(copyButton(figure.querySelector("code")?.textContent ?? ""));
}

function copyButton(code: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code);
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
    }, 2000);
  });
  return button;
}
