import type { ApiError } from "../../api/problem";
import { Badge, Button, ButtonLink, ErrorNotice, Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import type { Order } from "../../ordering/order";
import { Frame } from "../../picture";
import { shapeOfSize } from "../../picture/shape";
import type { Actions } from "./actions";
import { Sheet } from "./sheet";

interface OrderCardProps {
  order: Order;
  isFresh: boolean;
  actions: Pick<Actions, "sendAgain" | "discard">;
}

/** Shows an order that the API has not accepted yet, or has refused. */
export function OrderCard({ order, isFresh, actions }: OrderCardProps) {
  const { t } = useI18n();
  const { draft, state, error } = order;
  if (state === "refused" && error)
    return <Refused order={order} error={error} isFresh={isFresh} actions={actions} />;
  return (
    <Sheet
      prompt={draft.prompt}
      focus={isFresh ? "take" : undefined}
      badge={<Badge tone="info">{t("studio.sending")}</Badge>}
      picture={<Frame shape={shapeOfSize(String(draft.params.size ?? ""))} isDeveloping />}
    >
      <p class="hint">{t("studio.sending.lead")}</p>
    </Sheet>
  );
}

function Refused({ order, error, isFresh, actions }: OrderCardProps & { error: ApiError }) {
  const { t } = useI18n();
  const words = error.retryable ? t("studio.notSent") : t("studio.notAccepted");
  return (
    <Sheet
      prompt={order.draft.prompt}
      focus={isFresh ? "take" : undefined}
      badge={<Badge tone="bad">{words}</Badge>}
    >
      {error.code === "anonymous_allowance_used" ? <SignUp /> : <ErrorNotice error={error} />}
      <div class="row">
        {error.retryable && <Button onClick={() => actions.sendAgain(order)}>{t("studio.sendAgain")}</Button>}
        <Button kind="quiet" onClick={() => actions.discard(order)}>
          {t("studio.discard")}
        </Button>
      </div>
    </Sheet>
  );
}

function SignUp() {
  const { t } = useI18n();
  return (
    <Notice
      tone="bad"
      action={<ButtonLink href="/app/sign-in?keep">{t("studio.anonymous.signUp")}</ButtonLink>}
    >
      <p>{t("studio.anonymous")}</p>
    </Notice>
  );
}
