import { api, body } from "./client";

/** Saves one output as a file; outputs are counted from 0. Throws ApiError. */
export async function download(generationId: string, number = 0): Promise<void> {
  const path = { id: generationId, number: String(number) };
  const file = await body(api.GET("/v1/generations/{id}/outputs/{number}", { params: { path } }));
  save(file.url, file.filename);
}

/** The answer behind the link says that it is a file to keep, so the page stays where it is. */
function save(url: string, filename: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
}
