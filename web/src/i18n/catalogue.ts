import type en from "./en";

/** The texts of one language: every language has the same rooms and, in each room, the same keys as English. */
export type Catalogue = { [Room in keyof typeof en]: Record<keyof (typeof en)[Room], string> };

/** The name of one text: its room and its key, such as `studio.title`. */
export type Message = {
  [Room in keyof Catalogue]: `${Room & string}.${keyof Catalogue[Room] & string}`;
}[keyof Catalogue];
