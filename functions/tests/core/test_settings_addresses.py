import pytest

from core.environment import ConfigurationError
from core.settings import Settings

DEPLOYED = {"GOOGLE_CLOUD_PROJECT": "darkroom-live", "API_KEY_PEPPER": "pepper-of-the-tests-0123456789-abcdef"}
ON_EMULATOR = {**DEPLOYED, "FUNCTIONS_EMULATOR": "true"}


def settings(**environment: str) -> Settings:
    return Settings.from_environment(DEPLOYED | environment)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("ann@example.com", ("ann@example.com",)),
        ("Ann@Example.com, bob@mail.example.org ,", ("ann@example.com", "bob@mail.example.org")),
        ("ann@example.com,ANN@example.com", ("ann@example.com",)),
        ("reports+week/9@example.com", ("reports+week/9@example.com",)),
        ("", ()),
    ],
)
def test_recipients_are_written_with_commas_and_kept_once(text: str, addresses: tuple[str, ...]) -> None:
    assert settings(REPORT_RECIPIENTS=text).report_recipients == addresses


@pytest.mark.parametrize(
    "text",
    [
        *("ann", "ann@localhost", "@example.com", "ann@", "ann@@example.com", "ann@example.com;bob@example.com"),
        *("Ann <ann@example.com>", "ann@exa mple.com", "ann@example.com\r\nBcc: eve@example.com", "a" * 65 + "@b.com"),
        "ann@" + "b" * 250 + ".com",
        ",".join(f"reader{number}@example.com" for number in range(51)),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="REPORT_RECIPIENTS"):
        settings(REPORT_RECIPIENTS=text)


def test_fifty_recipients_are_as_many_as_there_may_be() -> None:
    text = ",".join(f"reader{number}@example.com" for number in range(50))
    assert len(settings(REPORT_RECIPIENTS=text).report_recipients) == 50


def test_links_lead_to_the_projects_own_hosting_unless_told_otherwise() -> None:
    assert settings().public_url == "https://darkroom-live.web.app"
    assert Settings.from_environment(ON_EMULATOR).public_url == "http://127.0.0.1:8888"
    assert settings(PUBLIC_URL="https://reports.example").public_url == "https://reports.example"


@pytest.mark.parametrize("address", ["reports.example", "https://reports.example/", "https://a b", "ftp://a.example"])
def test_a_public_url_is_a_server(address: str) -> None:
    with pytest.raises(ConfigurationError, match="PUBLIC_URL"):
        settings(PUBLIC_URL=address)


@pytest.mark.parametrize("address", ["chat.example/hook", "https://chat.example/a b", "file:///etc/passwd", "https://"])
def test_a_webhook_is_a_whole_address(address: str) -> None:
    with pytest.raises(ConfigurationError, match="REPORT_WEBHOOK_URL"):
        settings(REPORT_WEBHOOK_URL=address)


@pytest.mark.parametrize(
    ("variable", "address"),
    [("REPORT_WEBHOOK_URL", "http://chat.example/hook"), ("PUBLIC_URL", "http://reports.example")],
)
def test_in_the_clear_only_on_the_emulator(variable: str, address: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        settings(**{variable: address})
    local = Settings.from_environment(ON_EMULATOR | {variable: address})
    assert getattr(local, variable.lower()) == address


def test_there_is_no_webhook_unless_it_is_named() -> None:
    assert settings().report_webhook_url == ""
    assert settings(REPORT_WEBHOOK_URL="https://chat.example/hooks/1?k=v").report_webhook_url.endswith("?k=v")
