import { api, body } from "./client";

/** Saves one output as a file. `number` counts the outputs from 0. Throws ApiError. */
export async function download(generationId: string, number = 0): Promise<void> {
  const path = { id: generationId, number: String(number) };
  const file = await body(api.GET("/v1/generations/{id}/outputs/{number}", { params: { path } }));
  save(file.url, file.filename);
}

/** Follows the link. Its answer says that it is an attachment, so the browser saves it and stays on the page. */
function save(url: string, filename: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
}
