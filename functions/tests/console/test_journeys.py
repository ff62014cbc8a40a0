"""What people do in the console, from their first visit on, in a browser on the whole stack."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bootstrap import Darkroom
from console import forms
from console.browsing import Watch
from console.persons import Person
from e2e.tokens import new_email
from tools import people

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

STUDIO = re.compile("/app/studio$")


def test_who_signs_up_has_the_welcome_credits_and_stays_signed_in(page: Page) -> None:
    email = new_email()
    forms.sign_up(page, email)
    expect(page).to_have_url(STUDIO)
    expect(page.get_by_role("banner")).to_contain_text("10 credits")
    page.reload()
    expect(page.get_by_role("banner")).to_contain_text("10 credits")


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
