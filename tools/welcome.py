"""Makes the text that `make run` prints when the stack is up."""

import os

from tools import services


def text(*, ui: bool) -> str:
    hosts = services.environment()
    places = {
        "Page and API": f"{services.HOSTING_URL}  (/v1/…, /api/…)",
        "Console": f"{services.HOSTING_URL}/app  {services.sign_in_hint()}",
        "Functions": f"{services.FUNCTIONS_URL}/<name>",
        "Firestore": hosts["FIRESTORE_EMULATOR_HOST"],
        "Auth": hosts["FIREBASE_AUTH_EMULATOR_HOST"],
        "Tasks": hosts["CLOUD_TASKS_EMULATOR_HOST"],
        "Storage": services.STORAGE_URL,
        "Emulator UI": f"http://{services.HOST}:{services.FIREBASE['emulators']['ui']['port']}" if ui else "",
        "Logs": os.path.relpath(services.LOGS),
    }
    lines = [f"  {name:<14}{place}" for name, place in places.items() if place]
    sample = f"curl '{services.HOSTING_URL}/v1/balance?userId=arda'"
    said = ["", "Darkroom is up, and seeded.", "", *lines, "", f"  {sample}", "", "Ctrl-C stops all of it."]
    return "\n".join(said)
