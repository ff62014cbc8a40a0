"""The parts of the stack are those that firebase.json names."""

import socket
import subprocess
from pathlib import Path

import pytest
from pytest_socket import enable_socket

from tools import services, stack


def test_every_part_has_the_port_that_is_promised() -> None:
    found = {part: port for port, part in services.ports(services.ALL_PARTS, ui=True).items()}
    promised = {"functions": 5551, "firestore": 5561, "hosting": 8888, "tasks": 9499, "auth": 9099}
    assert promised | {"storage": 9199, "ui": 4000} == {name: found[name] for name in (*promised, "storage", "ui")}


def test_a_part_alone_brings_only_its_own_ports() -> None:
    assert set(services.ports(["firestore"], ui=False).values()) == {"firestore", "firestore websocket", "hub"}
    assert set(services.ports(["storage"], ui=False).values()) == {"storage"}
    assert set(services.ports(["functions"], ui=False).values()) == {"functions", "eventarc", "hub"}


@pytest.fixture
def sockets() -> None:
    """Ports of this machine are the subject of these tests."""
    enable_socket()


@pytest.mark.usefixtures("sockets")
def test_a_taken_port_is_one_line_that_says_which_for_what_and_how_to_see_by_whom() -> None:
    with socket.create_server((services.HOST, 0)) as server:
        port = server.getsockname()[1]
        (line,) = services.ports_taken({port: "firestore"})
        assert line.startswith(f"port {port}, for firestore, is in use")
        assert services.who_listens(port) in line
        assert "\n" not in line
    assert services.ports_taken({port: "firestore"}) == []


def test_the_worker_is_not_behind_hosting() -> None:
    expected = services.expected_functions()
    assert {"api", "createGenerationRequest", "seed_database"} <= expected
    assert "processImageGeneration" not in expected


def test_only_what_was_asked_for_is_started() -> None:
    (only,) = services.services(["firestore"], ui=False)
    assert only.command[only.command.index("--only") + 1] == "firestore"
    assert [each.name for each in services.services(services.ALL_PARTS, ui=False)] == ["emulators", "storage"]


def test_the_ui_is_wanted_explicitly() -> None:
    (with_ui,) = services.services(["firestore"], ui=True)
    (without,) = services.services(["firestore"], ui=False)
    assert "--ui" in with_ui.command
    assert "--ui" not in without.command


def test_every_command_sees_the_emulators_and_no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:1")
    monkeypatch.setenv("http_proxy", "http://proxy.example:1")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/key.json")
    monkeypatch.setenv("KEPT", "1")
    environment = services.environment()
    assert environment["FIRESTORE_EMULATOR_HOST"] == "127.0.0.1:5561"
    assert environment["FIREBASE_AUTH_EMULATOR_HOST"] == "127.0.0.1:9099"
    assert environment["CLOUD_TASKS_EMULATOR_HOST"] == "127.0.0.1:9499"
    assert environment["STORAGE_EMULATOR_HOST"] == "http://127.0.0.1:9199"
    assert environment["GOOGLE_CLOUD_PROJECT"] == environment["GCLOUD_PROJECT"] == "demo-darkroom"
    assert environment["KEPT"] == "1"
    assert not {"HTTPS_PROXY", "http_proxy", "GOOGLE_APPLICATION_CREDENTIALS"} & environment.keys()


def test_commands_see_the_values_that_the_functions_see() -> None:
    values = services.local_values()
    assert values["AUTH_MODE"] == "open"
    assert values["STORAGE_BUCKET"] == services.BUCKET
    assert values.items() <= services.environment().items()


def test_commands_see_the_secret_that_the_functions_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = tmp_path / ".secret.local"
    secrets.write_text("API_KEY_PEPPER=of-the-file=\n")
    monkeypatch.setattr(services, "SECRETS_FILE", secrets)
    monkeypatch.setenv("API_KEY_PEPPER", "of-somebody-else")
    assert services.environment([])["API_KEY_PEPPER"] == "of-the-file="


def test_the_emulator_gets_the_secret_from_its_file_and_from_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[dict[str, str]] = []
    monkeypatch.setattr(services, "LOGS", tmp_path)
    monkeypatch.setattr(stack, "Popen", lambda command, *, env, **options: started.append(env))
    some = stack.Stack(services.ALL_PARTS, ui=False)
    emulators, storage = services.services(services.ALL_PARTS, ui=False)
    some._launch(emulators)
    some._launch(storage)
    assert ["API_KEY_PEPPER" in environment for environment in started] == [False, True]


def test_only_a_whole_stack_says_so() -> None:
    assert services.environment()["DARKROOM_STACK"] == "http://127.0.0.1:8888"
    assert "DARKROOM_STACK" not in services.environment(["firestore"])


def test_without_secrets_there_is_no_stack_for_they_would_be_looked_for_in_a_real_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SECRETS_FILE", tmp_path / ".secret.local")
    with pytest.raises(stack.StackError, match="make setup"):
        stack.Stack(["firestore"], ui=False)


CONNECTIONS_OF_TWO_REQUESTS = """
const http = require("node:http");
let connections = 0;
const server = http.createServer((request, response) => response.end()).on("connection", () => (connections += 1));
const ask = () => new Promise((heard) =>
  http.get({ host: "127.0.0.1", port: server.address().port }, (answer) => answer.resume().on("close", heard)));
server.listen(0, "127.0.0.1", async () => {
  await ask();
  await ask();
  console.log(connections);
  process.exit();
});
"""


def test_no_request_goes_down_a_connection_that_a_function_is_about_to_close() -> None:
    assert services.NO_KEEP_ALIVE in services.emulators(["functions"], ui=False).command
    made = [
        subprocess.run(
            ["node", *options, "-e", CONNECTIONS_OF_TWO_REQUESTS], capture_output=True, text=True, check=True
        )
        for options in ([], ["--require", services.NO_KEEP_ALIVE])
    ]
    assert [each.stdout.strip() for each in made] == ["1", "2"]
