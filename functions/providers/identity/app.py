"""Makes firebase-admin's App, once for each project and process, whoever asks first."""

import threading

import firebase_admin

# This limits one answer of Firebase. If a connection breaks, firebase-admin asks once more.
TIMEOUT_SECONDS = 5

_lock = threading.Lock()


def firebase_app(project_id: str) -> firebase_admin.App:
    name = f"darkroom-{project_id}"
    with _lock:
        try:
            return firebase_admin.get_app(name)
        except ValueError:
            options = {"projectId": project_id, "httpTimeout": TIMEOUT_SECONDS}
            return firebase_admin.initialize_app(options=options, name=name)
