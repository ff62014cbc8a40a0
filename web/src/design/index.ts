export { Badge, StatusBadge, type Tone } from "./badge";
export { Button, ButtonLink, CopyButton } from "./button";
export { Dialog } from "./dialog";
export { CheckField, Choice, SelectField, TextArea, TextField } from "./field";
export { Empty, ErrorNotice, Notice, Skeleton } from "./notice";
export { type Column, Credits, DataTable, LoadMore, PageHead, Progress, Stat, Stats } from "./page";
