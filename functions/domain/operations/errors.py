"""This is the refusal that is about operations. Its code is public and stable."""

from core.errors import AppError


class EmulatorOnly(AppError):
    code = "emulator_only"
    status = 403
    title = "This works on the emulator only"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} works on the emulator only, and is refused everywhere else.")
