"""
Runs the local stack: Firebase's emulators, and stand-ins for Cloud Storage and Cloud Scheduler.

    stack.py up                     runs all of it, seeded, until Ctrl-C
    stack.py exec [--seed] -- make coffee
                                    runs all of it for as long as a command takes, and returns the command's exit code
    stack.py attach -- make coffee  runs the command in the environment of a stack that is up already
    stack.py beside -- make coffee  does as attach if a stack is up, and else as exec
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from subprocess import Popen, TimeoutExpired

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import services, stack_clock, welcome
from tools.processes import Parent, Stopped, guarded, stop_on_signals, stop_politely
from tools.services import Service

READY_SECONDS = 240  # on a machine that was busy, the stack took more than two minutes
SEED_SECONDS = 60
SEED_URL = f"{services.FUNCTIONS_URL}/seed_database"
POLL_SECONDS = 0.1
POLITE_SECONDS = 3  # nothing here has anything to save, so it need not wait longer
LAST_WORDS_SECONDS = 10
TAIL_LINES = 30
FAILED_DISCOVERY = "Failed to load function definition"


class StackError(Exception):
    """Raised when the stack cannot run. The message says why, and what to look at."""


def main() -> int:
    arguments = parse()
    command: list[str] = arguments.command
    stop_on_signals()
    try:
        if arguments.verb == "up":
            return up(arguments.now)
        if arguments.verb == "attach":
            return attach(command)
        if arguments.verb == "beside" and is_up():
            return attach(command)
        return execute(command, arguments)
    except StackError as error:
        print(f"stack: {error}", file=sys.stderr)
        return 1
    except Stopped as stopped:
        return stopped.exit_code


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.set_defaults(command=[])
    verbs = parser.add_subparsers(dest="verb", required=True)
    starting = [verbs.add_parser("up", help="run all of it, seeded, until Ctrl-C")]
    for verb, what in (
        ("exec", "run the stack for one command"),
        ("attach", "run a command beside a running stack"),
        ("beside", "run a command beside a running stack, or beside one of its own"),
    ):
        with_command = verbs.add_parser(verb, help=what)
        with_command.add_argument("command", nargs=argparse.REMAINDER, help="write -- and then the command")
        if verb != "attach":
            everything = ",".join(services.ALL_PARTS)
            with_command.add_argument("--only", type=parts, default=everything, help=f"start only some of {everything}")
            with_command.add_argument("--seed", action="store_true", help="seed the database first")
            starting.append(with_command)
    for starts in starting:
        starts.add_argument(
            "--now",
            type=stack_clock.offset_to,
            default=0,
            help="set the stack's clock, for example to 2028-02-29T23:59:30Z",
        )
    arguments = parser.parse_args()
    arguments.command = arguments.command[arguments.command[:1] == ["--"] :]
    if arguments.verb != "up" and not arguments.command:
        parser.error("a command is wanted after --")
    return arguments


def parts(text: str) -> list[str]:
    chosen = text.split(",")
    if unknown := set(chosen) - set(services.ALL_PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(sorted(unknown))}")
    return chosen


def up(clock_offset: int) -> int:
    ui = bool(found_by_setup()["ui"])
    with Stack(services.ALL_PARTS, ui=ui, clock_offset=clock_offset).running() as stack:
        stack.seed()
        stack.prepare("people.py")
        stack.paint()
        print(welcome.text(ui=ui), flush=True)
        try:
            while True:
                stack.check()
                time.sleep(POLL_SECONDS)
        except Stopped:
            print("\nstack: stopping", flush=True)
    return 0


def execute(command: list[str], options: argparse.Namespace) -> int:
    with Stack(options.only, ui=False, clock_offset=options.now).running() as stack:
        if options.seed:
            stack.seed()
        return stack.run(command)


def is_up() -> bool:
    return all(services.in_use(port) for port in services.ports(services.ALL_PARTS, ui=False))


def attach(command: list[str]) -> int:
    if not is_up():
        raise StackError("no stack is up: start one with 'make run', and come back with another terminal.")
    environment = services.environment(clock_offset=stack_clock.kept())
    return subprocess.run(command, env=environment, check=False).returncode


def found_by_setup() -> dict[str, object]:
    if not services.SECRETS_FILE.exists():  # firebase-tools would look for the secrets in a real project
        raise StackError("functions/.secret.local is missing: run 'make setup'.")
    try:
        return services.found_by_setup()
    except FileNotFoundError:
        raise StackError("nothing is set up yet: run 'make setup'.") from None


class Stack:
    """Runs the chosen parts as processes. All of them end when `running` does."""

    def __init__(self, chosen: list[str] | tuple[str, ...], *, ui: bool, clock_offset: int = 0) -> None:
        found_by_setup()
        self._parts = chosen
        self._ui = ui
        self._children: dict[Service, Popen[bytes]] = {}
        self._gone: set[Service] = set()
        self._clock_offset = clock_offset
        self._environment = services.environment(chosen, clock_offset=clock_offset)
        self._parent = Parent()

    @contextmanager
    def running(self) -> Iterator["Stack"]:
        self._refuse_taken_ports()
        with guarded():
            try:
                self._start()
                yield self
            finally:
                self._stop()

    def _refuse_taken_ports(self) -> None:
        if taken := services.ports_taken(services.ports(self._parts, ui=self._ui)):
            raise StackError("\n       ".join(["cannot start, perhaps because another stack is up:", *taken]))

    def _start(self) -> None:
        began = time.monotonic()
        services.LOGS.mkdir(parents=True, exist_ok=True)
        stack_clock.keep(self._clock_offset)
        for service in services.services(self._parts, ui=self._ui):
            self._launch(service)
        self._wait_until_ready(began + READY_SECONDS)
        if "functions" in self._parts:
            self._launch(services.sweeper())
        print(f"stack: up after {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)

    def _launch(self, service: Service) -> None:
        firebase = service.name == "emulators"
        environment = self._environment
        if firebase:
            environment = services.firebase_environment(services.without_secrets(environment))
        with service.log.open("wb") as log:
            self._children[service] = Popen(
                service.command,
                cwd=services.LOGS,  # Firestore writes a log of its own into this folder
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C must reach only us, for we stop them in order
            )

    def _wait_until_ready(self, deadline: float) -> None:
        while reason := self._not_ready():
            self.check()
            self._refuse_failed_discovery()
            if time.monotonic() > deadline:
                raise StackError(f"not ready after {READY_SECONDS} s: {reason}\n{self._tails()}")
            time.sleep(POLL_SECONDS)

    def _not_ready(self) -> str | None:
        for port, part in services.ports(self._parts, ui=self._ui).items():
            if not services.in_use(port):
                return f"{part} does not listen on port {port}"
        if "functions" in self._parts and (missing := services.expected_functions() - services.listed_functions()):
            return f"these functions are not there: {', '.join(sorted(missing))}"
        if "storage" in self._parts and not services.has_bucket():
            return f"there is no bucket {services.BUCKET}"
        return None

    def _refuse_failed_discovery(self) -> None:
        """Raise StackError if main.py cannot be imported, because firebase-tools goes on without any function then."""
        for service in self._children:
            if FAILED_DISCOVERY in service.log.read_text(encoding="utf-8", errors="replace"):
                raise StackError(f"the functions cannot be loaded\n{tail(service)}")

    def check(self) -> None:
        """Raise StackError if the stack is not there any more, and Stopped if the process that started us is not."""
        self._parent.check()
        for service, child in self._children.items():
            if child.poll() is None or service in self._gone or (service.ends and child.returncode == 0):
                continue
            self._gone.add(service)
            message = f"{service.name} ended with code {child.returncode}\n{tail(service)}"
            if service.essential:
                raise StackError(message)
            print(f"stack: {message}", file=sys.stderr, flush=True)

    def seed(self) -> None:
        try:
            status, answer = services.call(SEED_URL, method="POST", seconds=SEED_SECONDS)
        except ConnectionError as error:
            raise StackError(f"the database could not be seeded: {error}\n{self._tails()}") from None
        if status != HTTPStatus.OK:
            raise StackError(f"seed_database answered {status}: {answer}\n{self._tails()}")

    def prepare(self, tool: str, *options: str) -> None:
        """Run one of our tools that adds accounts or pictures. They are not in the seed, because that is exported."""
        command = [sys.executable, str(services.ROOT / "tools" / tool), *options]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StackError(f"the demo is not complete: tools/{tool} failed\n{done.stderr}")

    def paint(self) -> None:
        self.prepare("history_pictures.py", "--newest", "8")  # the studio shows so many
        self._launch(services.painter())

    def run(self, command: list[str]) -> int:
        """Run the command and return its exit code. Raises StackError if the stack breaks meanwhile."""
        try:
            child = Popen(command, env=self._environment)
        except OSError as error:
            raise StackError(f"cannot run {command[0]}: {error.strerror}") from None
        try:
            while child.poll() is None:
                self.check()
                wait(child, POLL_SECONDS)
        except Stopped:
            wait(child, LAST_WORDS_SECONDS)  # Ctrl-C has reached the command, too
            raise
        finally:
            stop_politely(child, POLITE_SECONDS)
        return child.returncode if child.returncode >= 0 else 128 - child.returncode

    def _stop(self) -> None:
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            stop_politely(child, POLITE_SECONDS)

    def _tails(self) -> str:
        return "\n".join(tail(service) for service in self._children)


def wait(child: Popen[bytes], seconds: float) -> None:
    try:
        child.wait(seconds)
    except TimeoutExpired:
        return


def tail(service: Service) -> str:
    lines = service.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    place = os.path.relpath(service.log)
    return "\n".join([f"--- the end of {place}", *lines, "---"])


if __name__ == "__main__":
    sys.exit(main())
