"""Serves the floor of the cold start, which needs only the framework, the client and one document."""

import os

from flask import Request
from google.cloud import firestore

_clients: list[firestore.Client] = []


def read(request: Request) -> dict[str, bool]:
    if request.path == "/ping":
        return {"exists": False}
    if not _clients:
        _clients.append(firestore.Client(project=os.environ["GOOGLE_CLOUD_PROJECT"]))
    return {"exists": bool(_clients[0].document("users/user-0000").get().exists)}
