from collections.abc import Mapping
from typing import Any

from core.errors import Unavailable
from repositories.documents import AlreadyExists, Ambiguous, Conflict, Create, Documents
from repositories.mapping import REPORTS


class ReportRepository:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def add(self, report_id: str, document: Mapping[str, Any]) -> bool:
        try:
            self._documents.commit([Create(f"{REPORTS}/{report_id}", document)])
        except AlreadyExists:
            return False
        except (Ambiguous, Conflict) as error:
            raise Unavailable("The report could not be saved.") from error
        return True
