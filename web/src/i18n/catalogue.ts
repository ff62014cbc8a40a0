import type en from "./en";

/** Holds the texts of one language: every language has the files of English, with the same keys in each. */
export type Catalogue = { [Room in keyof typeof en]: Record<keyof (typeof en)[Room], string> };

/** The name of one text: its file and its key, such as `studio.title`. */
export type Message = {
  [Room in keyof Catalogue]: `${Room & string}.${keyof Catalogue[Room] & string}`;
}[keyof Catalogue];
