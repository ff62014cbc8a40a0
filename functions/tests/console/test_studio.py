"""An order is followed from its beginning to its end as the console shows it. Afterwards the books are compared."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from console import forms, persons
from console.backstage import Backstage
from console.browsing import Watch
from console.persons import Person
from e2e.client import HOSTING, curl, until
from e2e.tokens import new_email, sign_in

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

MINUS = "\N{MINUS SIGN}"
PROMPT = "A lighthouse at dusk, waves below"
# The stack's own queue and models may take so long.
REAL_MILLISECONDS = 60_000


def ordered(page: Page, prompt: str = PROMPT) -> Locator:
    """Order a picture in the studio, and return its card."""
    page.get_by_label("What should be in the picture?").fill(prompt)
    page.get_by_role("button", name="Create picture").click()
    return page.get_by_role("main").get_by_role("listitem").filter(has_text=prompt).first


def expect_balance(page: Page, credits_: str) -> None:
    expect(page.get_by_role("banner").get_by_role("link", name="Your balance")).to_contain_text(credits_)


@pytest.fixture
def studio(page_of: Callable[[Person], Page], user: Person, backstage: Backstage) -> Page:
    """Return the user's studio. Orders from it wait for the test."""
    page = page_of(user)
    backstage.takes_orders_of(page.context)
    page.goto("/app/studio")
    return page


def test_from_sign_up_to_a_picture_in_the_gallery_and_books_that_agree(
    page: Page, operator: Person, backstage: Backstage
) -> None:
    email = new_email()
    backstage.takes_orders_of(page.context)
    forms.sign_up(page, email)
    forms.verify(page, email)
    expect_balance(page, "10 credits")
    persons.give(operator, sign_in(email)[0], 15)
    page.reload()
    expect_balance(page, "25 credits")

    card = ordered(page)
    expect(card).to_contain_text("Waiting")
    expect_balance(page, "24 credits")
    with backstage.working():
        backstage.wait_until_begun()
        expect(card).to_contain_text("Developing")
        expect(card.get_by_role("progressbar")).to_be_visible()
    expect(card).to_contain_text("Done")
    expect(card.get_by_role("img")).to_have_js_property("naturalWidth", 512)

    page.get_by_role("navigation", name="Console").get_by_role("link", name="Gallery").click()
    expect(page.get_by_role("main")).to_contain_text("1 picture is shown.")
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Credits").click()
    ledger = page.get_by_role("main")
    for entry in (f"{MINUS}1 credit", "+15 credits", "+10 credits"):
        expect(ledger).to_contain_text(entry)
    expect(ledger).to_contain_text("All 3 entries add up to 24: exactly your balance.")


def test_the_queue_and_the_models_of_the_stack_itself_make_a_picture(
    page_of: Callable[[Person], Page], user: Person
) -> None:
    page = page_of(user)
    page.goto("/app/studio")
    card = ordered(page)
    end = card.get_by_text(re.compile("^(Done|Failed)$"))
    expect(end).to_be_visible(timeout=REAL_MILLISECONDS)
    while end.inner_text() == "Failed":  # one in twenty does, on purpose
        card.get_by_role("button", name="Try again").click()
        card = page.get_by_role("main").get_by_role("listitem").filter(has_text=PROMPT).first
        end = card.get_by_text(re.compile("^(Done|Failed)$"))
        expect(end).to_be_visible(timeout=REAL_MILLISECONDS)
    expect(card.get_by_role("img")).to_have_js_property("naturalWidth", 512)
    expect_balance(page, "9 credits")


def test_a_failure_is_explained_and_its_credits_are_seen_to_come_back(
    studio: Page, backstage: Backstage, user: Person
) -> None:
    card = ordered(studio)
    expect_balance(studio, "9 credits")
    backstage.fail()
    expect(card).to_contain_text("Failed")
    expect(card).to_contain_text("The content filter refused this description.")
    expect(card).to_contain_text("1 credit was given back.")
    expect_balance(studio, "10 credits")
    assert user.call("GET", "/balance").body["current_credits"] == 10


def test_a_picture_is_cancelled_while_it_waits(studio: Page, backstage: Backstage) -> None:
    card = ordered(studio)
    expect_balance(studio, "9 credits")
    card.get_by_role("button", name="Cancel").click()
    expect(card).to_contain_text("You cancelled it.")
    expect_balance(studio, "10 credits")
    backstage.succeed()
    studio.reload()
    expect(card).to_contain_text("Cancelled")


def test_without_enough_credits_nothing_is_sent_and_ways_out_are_shown(
    page_of: Callable[[Person], Page], user: Person, operator: Person
) -> None:
    persons.give(operator, user.id, -10)
    page = page_of(user)
    page.goto("/app/studio")
    expect(page.get_by_role("button", name="Not enough credits")).to_be_disabled()
    page.get_by_role("link", name="Get credits").click()
    expect(page).to_have_url(re.compile("/app/credits$"))
    assert user.call("GET", "/generations").body["data"] == []


def test_who_tries_without_an_account_can_keep_the_picture(page: Page, backstage: Backstage) -> None:
    backstage.takes_orders_of(page.context)
    page.goto("/app/sign-in")
    page.get_by_role("button", name="Try without an account").click()
    card = ordered(page)
    expect(card).to_contain_text("Waiting")
    backstage.succeed()
    expect(card).to_contain_text("Done")
    page.get_by_role("link", name="Keep my picture").click()
    forms.fill_in(page, new_email(), button="Create account")
    expect(page).to_have_url(re.compile("/app/studio$"))
    expect(page.get_by_role("link", name="Keep my picture")).to_have_count(0)
    page.goto("/app/gallery")
    expect(page.get_by_role("main")).to_contain_text("1 picture is shown.")


def test_what_an_admin_gives_is_seen_by_the_user(
    page_of: Callable[[Person], Page], user: Person, operator: Person
) -> None:
    theirs = page_of(user)
    theirs.goto("/app/credits")
    expect_balance(theirs, "10 credits")

    admins = page_of(operator)
    admins.goto("/app/admin/users")
    admins.get_by_label("E-mail begins with").fill(user.email)
    admins.get_by_role("main").get_by_role("link", name=user.email).click()
    admins.get_by_role("button", name="Adjust balance").click()
    form = admins.get_by_role("dialog")
    form.get_by_label("How many credits").fill("25")
    form.get_by_label("Reason").fill("Apology for last week")
    form.get_by_role("button", name="Give credits").click()
    expect(admins.get_by_role("main")).to_contain_text("25 credits given. The balance is 35 now.")

    theirs.reload()
    expect_balance(theirs, "35 credits")
    expect(theirs.get_by_role("main")).to_contain_text("Apology for last week")


def test_credits_that_expire_are_listed_with_their_day(
    page_of: Callable[[Person], Page], user: Person, operator: Person
) -> None:
    page = page_of(user)
    page.goto("/app/credits")
    grants = page.get_by_role("region", name="Credits with a term")
    expect(page.get_by_role("main")).to_contain_text("exactly your balance")
    expect(grants).to_have_count(0)

    for credits_, day in ((20, "2031-05-20"), (5, "2031-03-20")):
        persons.give(operator, user.id, credits_, expires_at=f"{day}T12:00:00Z")
    page.reload()
    expect(grants.get_by_role("listitem")).to_have_text(
        [re.compile("5 credits.*until Mar 20, 2031"), re.compile("20 credits.*until May 20, 2031")]
    )


def test_the_landing_page_develops_a_picture_for_a_visitor_who_then_keeps_it(page: Page, backstage: Backstage) -> None:
    backstage.takes_orders_of(page.context)
    page.goto("/")
    page.get_by_label("Make one now").fill("A cat on a roof")
    page.get_by_role("button", name="Develop it").click()
    expect(page.get_by_role("status")).to_contain_text("Waiting for its turn")
    backstage.succeed()
    expect(page.get_by_role("status")).to_contain_text("Done.")
    expect(page.get_by_role("img", name="A cat on a roof")).to_have_js_property("naturalWidth", 1024)
    page.get_by_role("link", name="Keep it: create an account").click()
    forms.fill_in(page, new_email(), button="Create account")
    expect(page).to_have_url(re.compile("/app/gallery/"))
    expect(page.get_by_role("main")).to_contain_text("A cat on a roof")


def test_another_users_picture_is_not_there(
    studio: Page, backstage: Backstage, page_of: Callable[[Person], Page], watch: Watch
) -> None:
    card = ordered(studio)
    expect(card).to_contain_text("Waiting")
    backstage.succeed()
    card.get_by_role("link", name="Open in gallery").click()
    expect(studio.get_by_role("main")).to_contain_text(PROMPT)
    address = studio.url.removeprefix(HOSTING)

    watch.expect(r"404 \(Not Found\).*/v1/generations/")
    others = page_of(persons.newcomer())
    others.goto(address)
    expect(others.get_by_role("main")).to_contain_text("We cannot find this picture")
    expect(others.get_by_role("main")).not_to_contain_text(PROMPT)


def test_a_key_is_made_shown_once_used_by_curl_and_revoked(page_of: Callable[[Person], Page], user: Person) -> None:
    page = page_of(user)
    page.goto("/app/keys")
    page.get_by_role("button", name="Create your first key").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("Shop website")
    form.get_by_role("button", name="Create the key").click()
    shown = page.get_by_role("region", name="“Shop website” is ready: copy the key now")
    key = shown.locator("code").first.inner_text()
    assert called_with(key) == 200
    page.get_by_role("button", name="I have saved it").click()
    expect(page.get_by_text(key)).to_have_count(0)

    page.get_by_role("listitem").filter(has_text="Shop website").get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_role("main")).to_contain_text("“Shop website” is revoked.")
    assert until(lambda: called_with(key), lambda status: status != 200) == 401


def called_with(key: str) -> int:
    return curl(f"{HOSTING}/v1/generations", "-H", f"Authorization: Bearer {key}").status
