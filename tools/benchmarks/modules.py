"""
Counts the modules that a function has loaded when it has given its first answer. It runs in a process of its own, and
prints all of them and those that came with the answer.

    modules.py SOURCE TARGET METHOD PATH [BODY]
"""

import sys
from io import BytesIO

from functions_framework import create_app
from werkzeug.test import EnvironBuilder


def main() -> None:
    source, target, method, path, *body = sys.argv[1:]
    app = create_app(target, source)
    data = BytesIO(body[0].encode()) if body else None
    address, _, query = path.partition("?")
    request = EnvironBuilder(
        method=method, path=address, query_string=query, input_stream=data, content_type="application/json"
    )
    if body:
        request.content_length = len(body[0].encode())
    before = set(sys.modules)
    list(app(request.get_environ(), lambda *_: None))
    print(len(sys.modules), len(set(sys.modules) - before))


if __name__ == "__main__":
    main()
