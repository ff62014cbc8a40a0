export { useCatalogWords } from "./catalog-words";
export { Frame, Picture } from "./picture";
export { type Shape, shapeOf } from "./shape";
