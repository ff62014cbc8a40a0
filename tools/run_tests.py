"""
Runs the tests in two processes at once: the tests that need servers, and all others. tools/stack.py starts it.

    run_tests.py [arguments of pytest]

The output of the tests without servers is shown when the others have ended.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence

WITH_SERVERS = "emulator or stack"
WITHOUT_SERVERS = "not emulator and not stack"

# pytest says so where a choice such as -k leaves nothing of one half.
NO_TESTS = 5


def main() -> int:
    with tempfile.TemporaryFile() as output:
        others = subprocess.Popen(pytest(WITHOUT_SERVERS, sys.argv[1:]), stdout=output, stderr=subprocess.STDOUT)
        codes = [subprocess.run(pytest(WITH_SERVERS, sys.argv[1:]), check=False).returncode, others.wait()]
        output.seek(0)
        sys.stdout.flush()
        sys.stdout.buffer.write(output.read())
        sys.stdout.flush()
    return exit_code(codes)


def pytest(marks: str, arguments: Sequence[str]) -> list[str]:
    # The two would write into one cache.
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", marks, *arguments]


def exit_code(codes: Sequence[int]) -> int:
    """Return the first code that says that something failed, or else 0. No tests at all are a failure too."""
    if all(code == NO_TESTS for code in codes):
        return NO_TESTS
    return next((code for code in codes if code not in (0, NO_TESTS)), 0)


if __name__ == "__main__":
    sys.exit(main())
