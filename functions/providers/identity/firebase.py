"""Firebase ID tokens, checked by firebase-admin; on the Auth emulator too (FIREBASE_AUTH_EMULATOR_HOST)."""

import firebase_admin
from firebase_admin import auth
from firebase_admin.exceptions import FirebaseError

from core.errors import Unauthenticated, Unavailable
from services.ports import Identity


class FirebaseTokens:
    def __init__(self, project_id: str) -> None:
        self._app = firebase_admin.initialize_app(options={"projectId": project_id}, name=f"darkroom-{project_id}")

    def verify(self, token: str) -> Identity:
        try:
            claims = auth.verify_id_token(token, app=self._app)
        except auth.CertificateFetchError as error:
            raise Unavailable("The keys to check tokens with cannot be had at the moment.") from error
        except (FirebaseError, ValueError) as error:
            raise Unauthenticated("The ID token is not valid: expired, forged, or of another project.") from error
        return Identity(user_id=claims["uid"], is_admin=claims.get("role") == "admin")
