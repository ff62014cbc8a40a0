"""A server on the loopback address can answer with these accounts. It imitates as much of Identity Toolkit as
firebase-admin asks for here.
"""

from typing import Any

from loopback import Answer, Request

PROJECT = "demo-tokens"


class IdentityToolkit:
    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, Any]] = {}

    def add(self, user_id: str, **fields: Any) -> None:
        self.accounts[user_id] = {"localId": user_id, "validSince": "0", **fields}

    def __call__(self, request: Request) -> Answer:
        before, _, operation = request.path.partition("/accounts:")
        if before != f"/identitytoolkit.googleapis.com/v1/projects/{PROJECT}":
            return 404, "no such route"
        if operation == "lookup":
            return 200, self._lookup(request.body)
        account = self.accounts.get(request.body["localId"])
        if account is None:
            return 400, {"error": {"code": 400, "message": "USER_NOT_FOUND"}}
        if operation == "delete":
            del self.accounts[request.body["localId"]]
            return 200, {"kind": "identitytoolkit#DeleteAccountResponse"}
        changes = dict(request.body)
        if "disableUser" in changes:
            changes["disabled"] = changes.pop("disableUser")
        account.update(changes)
        return 200, {"localId": account["localId"]}

    def _lookup(self, body: dict[str, Any]) -> dict[str, Any]:
        found = [
            account
            for account in self.accounts.values()
            if account["localId"] in body.get("localId", ()) or account.get("email") in body.get("email", ())
        ]
        return {"users": found} if found else {}
