"""The stack needs no network but this machine's own, so it can be shown on a laptop in flight mode."""

import re
from urllib.parse import urlsplit

import pytest

from tools import services

pytestmark = pytest.mark.stack


def test_the_emulators_ask_nobody_outside_of_this_machine() -> None:
    log = (services.LOGS / "firebase-debug.log").read_text(encoding="utf-8", errors="replace")
    asked = re.findall(r"\[apiv2\]\[query\] [A-Z]+ (\S+)", log)
    assert asked, "the log is written in other words now"
    assert {urlsplit(address).hostname for address in asked} <= {services.HOST, "localhost"}
