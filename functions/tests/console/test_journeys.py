"""People use the console from their first visit on, in a browser on the whole stack."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bootstrap import Darkroom
from console import forms
from console.browsing import Watch
from console.persons import PASSWORD, Person
from e2e.tokens import mailed_links, new_email, open_link
from tools import people

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

STUDIO = re.compile("/app/studio$")


def test_who_signs_up_and_verifies_the_address_gets_the_free_credits_and_stays_signed_in(page: Page) -> None:
    email = new_email()
    forms.sign_up(page, email)
    expect(page).to_have_url(STUDIO)
    main, banner = page.get_by_role("main"), page.get_by_role("banner")
    expect(banner).to_contain_text("0 credits")
    expect(main).to_contain_text("Verify your address to get your 10 free credits")
    page.get_by_role("button", name="I have done it").click()
    expect(main).to_contain_text("The address is not verified yet.")
    assert len(mailed_links(email)) == 1
    page.get_by_role("button", name="Send the mail again").click()
    expect(main).to_contain_text("The mail is on its way.")
    assert len(mailed_links(email)) == 2

    forms.verify(page, email)
    expect(main).to_contain_text("your 10 free credits are here")
    expect(banner).to_contain_text("10 credits")
    page.reload()
    expect(banner).to_contain_text("10 credits")
    expect(page.get_by_role("button", name="Create picture")).to_be_enabled()
    expect(main).not_to_contain_text("your address")


def test_the_free_credits_come_without_a_press_where_the_link_was_opened_before(page: Page) -> None:
    email = new_email()
    forms.sign_up(page, email)
    expect(page).to_have_url(STUDIO)
    open_link(mailed_links(email)[-1])
    page.goto("/app/credits")
    expect(page.get_by_role("main")).to_contain_text("your 10 free credits are here")
    expect(page.get_by_role("main")).to_contain_text("Welcome to Darkroom")
    expect(page.get_by_role("banner")).to_contain_text("10 credits")


def test_the_notice_about_the_free_credits_speaks_russian(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(locale="ru-RU").new_page()
    email = new_email()
    page.goto("/app/sign-in?create")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main [type=submit]").click()
    expect(page.get_by_role("main")).to_contain_text("чтобы получить 10 бесплатных кредитов")
    open_link(mailed_links(email)[-1])
    page.get_by_role("button", name="Адрес подтверждён").click()
    expect(page.get_by_role("main")).to_contain_text("10 бесплатных кредитов уже на балансе")


def test_the_account_is_made_even_where_the_mail_cannot_be_sent(page: Page, watch: Watch) -> None:
    watch.expect("400.*accounts:sendOobCode")
    refusal = {"error": {"code": 400, "message": "TOO_MANY_ATTEMPTS_TRY_LATER"}}
    page.route("**/accounts:sendOobCode*", lambda route: route.fulfill(status=400, json=refusal))
    forms.sign_up(page, new_email())
    expect(page).to_have_url(STUDIO)
    page.get_by_role("button", name="Send the mail again").click()
    expect(page.get_by_role("main")).to_contain_text("The mail could not be sent just now.")


def test_who_signs_in_comes_to_where_they_wanted_to_go(page: Page, user: Person) -> None:
    page.goto("/app/keys")
    expect(page).to_have_url(re.compile("/app/sign-in"))
    forms.fill_in(page, user.email)
    expect(page).to_have_url(re.compile("/app/keys$"))


def test_a_wrong_password_is_explained_and_forgiven(page: Page, user: Person, watch: Watch) -> None:
    watch.expect(r"400 \(Bad Request\).*accounts:signInWithPassword")
    forms.sign_in(page, user.email, password="not my password")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    forms.fill_in(page, user.email)
    expect(page).to_have_url(STUDIO)


def test_an_address_that_is_taken_leads_to_signing_in(page: Page, user: Person, watch: Watch) -> None:
    watch.expect(r"400 \(Bad Request\).*accounts:signUp")
    forms.sign_up(page, user.email)
    page.get_by_role("button", name="Sign in instead").click()
    forms.fill_in(page, user.email)
    expect(page).to_have_url(STUDIO)


def test_the_people_of_the_demo_sign_in_with_one_press(page: Page, app: Darkroom) -> None:
    people.settle(app)
    person = people.everybody()[0]
    page.goto("/app/sign-in")
    page.get_by_role("button", name=person.name).click()
    expect(page).to_have_url(STUDIO)


def test_what_admins_see_is_not_there_for_others(
    page_of: Callable[[Person], Page], user: Person, operator: Person
) -> None:
    theirs = page_of(user)
    theirs.goto("/app/admin/users")
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Nothing here")
    admins = page_of(operator)
    admins.goto("/app/admin/users")
    expect(admins.get_by_role("navigation", name="Administration")).to_be_visible()
    expect(admins.get_by_role("heading", level=1)).not_to_have_text("Nothing here")


def test_profiles_are_apart(page_of: Callable[[Person], Page], user: Person, context: BrowserContext) -> None:
    mine = page_of(user)
    mine.goto("/app/credits")
    expect(mine.get_by_role("heading", level=1)).to_be_visible()
    other = context.new_page()
    other.goto("/app/credits")
    expect(other).to_have_url(re.compile("/app/sign-in"))
