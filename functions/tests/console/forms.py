"""Somebody signs up and in through the console's own form."""

from playwright.sync_api import Page, expect

from console.persons import PASSWORD
from e2e import tokens


def sign_up(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/app/sign-in?create")
    fill_in(page, email, password, button="Create account")


def verify(page: Page, email: str) -> None:
    """Open the newest link that was sent to this address, and say so in the notice about the welcome."""
    done = page.get_by_role("button", name="I have done it")
    expect(done).to_be_visible()  # the mail was sent before the button is shown
    tokens.open_link(tokens.mailed_links(email)[-1])
    done.click()
    expect(page.get_by_role("main")).to_contain_text("Your address is verified")


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/app/sign-in")
    fill_in(page, email, password)


def fill_in(page: Page, email: str, password: str = PASSWORD, button: str = "Sign in") -> None:
    """Fill in the form that is on the page, and send it."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
