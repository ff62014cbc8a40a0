export { useCatalogWords } from "./catalog-words";
export { namedAfter, nameOf, type Option, useOptionNames } from "./names";
export { useParameterNames } from "./parameter-names";
export { Frame, Picture } from "./picture";
export { type Shape, shapeOf } from "./shape";
