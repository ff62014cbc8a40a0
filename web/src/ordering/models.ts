import { api, body, type Model } from "../api/client";

/** Returns the models that work from words alone. The form has no place for a picture to work from. */
export async function readModels(): Promise<Model[]> {
  const { data } = await body(api.GET("/v1/models"));
  return data.filter(({ kind }) => kind.startsWith("text_to_"));
}

/** Returns the model with this name, or else the one that is taken by default, if there are any. */
export function modelOrDefault(models: readonly Model[], id: string): Model | undefined {
  return models.find((model) => model.id === id) ?? models.find((model) => model.is_default) ?? models[0];
}
