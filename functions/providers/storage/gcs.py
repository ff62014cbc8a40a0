"""Stores outputs in a Cloud Storage bucket.

The emulator is used with the same client, and its links have no signature.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from io import SEEK_END
from threading import Lock
from typing import Protocol
from urllib.parse import quote, urlencode

import google.auth
from google.api_core.exceptions import GoogleAPIError, NotFound
from google.api_core.retry import Retry
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption
from google.cloud.storage.retry import DEFAULT_RETRY
from requests.exceptions import RequestException

from core.cache import KeptUntil
from core.clock import Clock, utc_now
from core.errors import Unavailable
from services.generations.media import ByteStream
from services.generations.model_ports import LINK_LIFE, STORE_PATIENCE

_TIMEOUT_SECONDS = 10.0

_VENDOR_ERRORS = (GoogleAPIError, GoogleAuthError, RequestException)

# A larger file than 8 MiB goes up in several requests, which the client decides. Each of them has this many bytes in
# memory, and Google advises no less.
_CHUNK_BYTES = 8 * 1024 * 1024

# So many links are made at the same time. Each may wait for IAM, and a page has 40 links, half of them to previews.
_LINKS_AT_ONCE = 20

_LINKS_KEPT = 4096


class Link(Protocol):
    def __call__(self, path: str, save_as: str | None = None) -> str: ...


class BucketOutputs:
    def __init__(self, bucket: storage.Bucket, link: Link) -> None:
        self._bucket = bucket
        self._link = link

    def put(
        self,
        path: str,
        stream: ByteStream,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        patience: timedelta = STORE_PATIENCE,
    ) -> str:
        timeout = min(_TIMEOUT_SECONDS, patience.total_seconds())
        blob = self._bucket.blob(path, chunk_size=_CHUNK_BYTES)
        blob.metadata = dict(metadata)
        size = stream.seek(0, SEEK_END)

        def upload() -> None:
            blob.upload_from_file(
                stream, rewind=True, size=size, content_type=content_type, timeout=timeout, retry=_retry(patience)
            )

        try:
            # Both repeats, of a request and of the whole, are safe: the same path always gets the same data.
            _from_the_start(patience)(upload)()
        except _VENDOR_ERRORS as error:
            raise Unavailable("The store of outputs does not answer") from error
        return f"gs://{self._bucket.name}/{path}"

    def delete(self, path: str) -> None:
        try:
            self._bucket.blob(path).delete(timeout=_TIMEOUT_SECONDS, retry=_retry(STORE_PATIENCE))
        except NotFound:
            return
        except _VENDOR_ERRORS as error:
            raise Unavailable("The store of outputs does not answer") from error

    def delete_all(self, prefix: str) -> None:
        try:
            found = self._bucket.list_blobs(prefix=prefix, timeout=_TIMEOUT_SECONDS, retry=_retry(STORE_PATIENCE))
            paths = [blob.name for blob in found]
        except _VENDOR_ERRORS as error:
            raise Unavailable("The store of outputs does not answer") from error
        for path in paths:
            self.delete(path)

    def link(self, path: str, *, save_as: str | None = None) -> str:
        return self._link(path, save_as)

    def links(self, paths: Sequence[str]) -> Mapping[str, str]:
        if len(paths) == 1:
            return {paths[0]: self._link(paths[0])}
        with ThreadPoolExecutor(_LINKS_AT_ONCE) as pool:
            return dict(zip(paths, pool.map(self._link, paths), strict=True))


def _retry(patience: timedelta) -> Retry:
    """Return how to retry. The client itself would go on for two minutes, longer than the provider's timeout."""
    return DEFAULT_RETRY.with_timeout(patience.total_seconds())


def _from_the_start(patience: timedelta) -> Retry:
    """Return how to repeat an upload of several requests that is broken. The last error is a GoogleAPIError."""
    return Retry(predicate=_is_broken, initial=0.1, maximum=5.0, timeout=patience.total_seconds())


def _is_broken(error: Exception) -> bool:
    """Say whether an upload cannot go on from where it is.

    The bucket has forgotten it, has other bytes than were sent, or kept a part of a request only, which the client
    reports as a ValueError.
    """
    return isinstance(error, (DataCorruption, ValueError)) or getattr(error, "code", None) == HTTPStatus.GONE


def emulator_link(host: str, bucket: str) -> Link:
    """Return the function that makes links on the emulator. `host` is a URL, as in STORAGE_EMULATOR_HOST."""

    def link(path: str, save_as: str | None = None) -> str:
        saves = "?" + urlencode({"response-content-disposition": _attachment(save_as)}) if save_as else ""
        return f"{host.rstrip('/')}/{bucket}/{quote(path)}{saves}"

    return link


def _attachment(filename: str) -> str:
    """Return the header that names the file, in quotes (RFC 6266).

    Characters that would end the quotes are replaced.
    """
    plain = "".join(each if each.isascii() and each.isprintable() and each not in '"\\' else "_" for each in filename)
    return f'attachment; filename="{plain}"'


class SignedLinks:
    """Makes links with V4 signatures, which are valid for 15 minutes.

    A link that opens an output is kept for half that time, because signing may cost a call to IAM. Links that save an
    output are rare, and are not kept.
    """

    def __init__(self, bucket: storage.Bucket, clock: Clock = utc_now) -> None:
        self._bucket = bucket
        self._clock = clock
        self._signed: KeptUntil[str, str] = KeptUntil(_LINKS_KEPT, clock)
        self._credentials: Credentials | None = None
        self._refreshing = Lock()

    def __call__(self, path: str, save_as: str | None = None) -> str:
        if save_as is not None:
            return self._sign(path, response_disposition=_attachment(save_as))
        kept = self._signed.get(path)
        if kept is None:
            now, kept = self._clock(), self._sign(path)
            self._signed.put(path, kept, now + LINK_LIFE / 2)
        return kept

    def _sign(self, path: str, *, response_disposition: str | None = None) -> str:
        """Sign a link. A deployed function has no private key, so IAM signs (iam.serviceAccountTokenCreator)."""
        try:
            credentials = self._fresh_credentials()
            return str(
                self._bucket.blob(path).generate_signed_url(
                    version="v4",
                    expiration=LINK_LIFE,
                    response_disposition=response_disposition,
                    service_account_email=getattr(credentials, "service_account_email", None),
                    access_token=credentials.token,
                )
            )
        except _VENDOR_ERRORS as error:
            raise Unavailable("Links cannot be signed at the moment") from error

    def _fresh_credentials(self) -> Credentials:
        with self._refreshing:
            if self._credentials is None:
                self._credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
            if not self._credentials.valid:
                self._credentials.refresh(Request())
            return self._credentials
