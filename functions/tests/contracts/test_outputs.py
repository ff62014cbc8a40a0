"""The store of outputs is tested in memory and in a bucket on the storage emulator. The links that a bucket signs are
tested too.
"""

import base64
import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.api_core.exceptions import Forbidden, NotFound, ServiceUnavailable
from google.api_core.retry import Retry
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError, TransportError
from google.auth.transport.requests import Request
from google.cloud import storage
from pytest_mock import MockerFixture
from requests.exceptions import ConnectionError as RequestsConnectionError

from core.errors import Unavailable
from providers.storage.gcs import BucketOutputs, Link, SignedLinks, emulator_link
from providers.storage.memory import MemoryOutputs
from services.generations.model_ports import OutputStore

ACCOUNT = "darkroom@demo-outputs.iam.gserviceaccount.com"
ODD = "generations/arda ayd\u0131n/a+b & c?d=e#f%20g/👩🏽‍🚀~(0).png"
FAILURES = (
    ServiceUnavailable("down"),
    Forbidden("no such permission"),
    TransportError("no metadata server"),
    RequestsConnectionError("refused"),
)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> storage.Bucket:
    """Return a bucket of a client that sends nothing."""
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    return storage.Client(project="demo-outputs", credentials=AnonymousCredentials()).bucket("demo-outputs.appspot.com")


def no_link(path: str, save_as: str | None = None) -> str:
    raise AssertionError((path, save_as))


class TestContract:
    @pytest.fixture(params=["memory", pytest.param("emulator", marks=pytest.mark.stack)])
    def outputs(self, request: pytest.FixtureRequest) -> OutputStore:
        return MemoryOutputs() if request.param == "memory" else emulated()

    def test_it_answers_with_a_permanent_address(self, outputs: OutputStore) -> None:
        path = f"generations/arda/{uuid.uuid4()}/0.png"
        address = outputs.put(path, BytesIO(b"picture"), "image/png", {"model": "Model A"})
        assert address.startswith("gs://")
        assert address.endswith(f"/{path}")

    def test_a_repeat_has_the_same_address(self, outputs: OutputStore) -> None:
        path = f"generations/arda/{uuid.uuid4()}/0.png"
        assert outputs.put(path, BytesIO(b"1"), "image/png", {}) == outputs.put(path, BytesIO(b"2"), "image/png", {})

    def test_each_path_has_its_own_link(self, outputs: OutputStore) -> None:
        links = {outputs.link(f"generations/arda/{n}.png") for n in range(3)}
        assert len(links) == 3
        assert all(link.startswith("http") for link in links)

    def test_links_of_several_are_those_of_each(self, outputs: OutputStore) -> None:
        paths = [f"generations/arda/{n}.png" for n in range(25)]
        for some in (paths, paths[:1], []):
            assert outputs.links(some) == {path: outputs.link(path) for path in some}

    def test_a_link_that_saves_is_another_one(self, outputs: OutputStore) -> None:
        link = outputs.link("generations/arda/0.png", save_as="darkroom-1-0.png")
        assert link != outputs.link("generations/arda/0.png")
        assert "darkroom-1-0.png" in unquote(link)

    def test_what_is_deleted_is_gone_and_nothing_else(self, outputs: OutputStore) -> None:
        name = uuid.uuid4()
        for path in (f"generations/{name}/0.png", f"generations/{name}/00.png"):
            outputs.put(path, BytesIO(path.encode()), "image/png", {})
        outputs.delete(f"generations/{name}/0.png")
        assert stored(outputs, f"generations/{name}/0.png") is None
        assert stored(outputs, f"generations/{name}/00.png") == f"generations/{name}/00.png".encode()

    def test_deleting_what_is_not_there_is_no_error(self, outputs: OutputStore) -> None:
        path = f"generations/arda/{uuid.uuid4()}/0.png"
        outputs.delete(path)
        outputs.put(path, BytesIO(b"picture"), "image/png", {})
        outputs.delete(path)
        outputs.delete(path)
        assert stored(outputs, path) is None

    def test_all_of_a_prefix_is_deleted_and_nothing_else(self, outputs: OutputStore) -> None:
        folder = f"generations/arda/{uuid.uuid4()}"
        for name in ("1.png", "1.mp4", "1-thumbnail.webp", "10.png"):
            outputs.put(f"{folder}/{name}", BytesIO(name.encode()), "image/png", {})
        outputs.delete_all(f"{folder}/1.")
        left = [
            name for name in ("1.png", "1.mp4", "1-thumbnail.webp", "10.png") if stored(outputs, f"{folder}/{name}")
        ]
        assert left == ["1-thumbnail.webp", "10.png"]

    def test_what_was_read_before_is_stored_from_the_start(self, outputs: OutputStore) -> None:
        path, stream = f"generations/arda/{uuid.uuid4()}/0.png", BytesIO(b"picture")
        stream.read(3)
        outputs.put(path, stream, "image/png", {})
        assert stored(outputs, path) == b"picture"

    def test_a_large_file_is_stored_whole(self, outputs: OutputStore) -> None:
        path, data = f"generations/arda/{uuid.uuid4()}/0.mp4", os.urandom(1024) * 17 * 1024
        outputs.put(path, BytesIO(data), "video/mp4", {})
        found = stored(outputs, path)
        assert found is not None
        assert hashlib.sha256(found).digest() == hashlib.sha256(data).digest()

    def test_a_deleted_path_can_be_put_again(self, outputs: OutputStore) -> None:
        path = f"generations/arda/{uuid.uuid4()}/0.png"
        outputs.put(path, BytesIO(b"first"), "image/png", {})
        outputs.delete(path)
        outputs.put(path, BytesIO(b"second"), "image/png", {})
        assert stored(outputs, path) == b"second"


def stored(outputs: OutputStore, path: str) -> bytes | None:
    if isinstance(outputs, MemoryOutputs):
        return outputs.files.get(path)
    try:
        return opened(outputs.link(path))[0]
    except HTTPError as error:
        if error.code != 404:
            raise
        return None


def emulated() -> BucketOutputs:
    host = os.environ["STORAGE_EMULATOR_HOST"]
    name = f"{os.environ['GOOGLE_CLOUD_PROJECT']}.appspot.com"
    client = storage.Client(project=os.environ["GOOGLE_CLOUD_PROJECT"], credentials=AnonymousCredentials())
    return BucketOutputs(client.bucket(name), emulator_link(host, name))


def opened(link: str) -> tuple[bytes, str]:
    with build_opener(ProxyHandler({})).open(link, timeout=5) as response:
        return response.read(), response.headers["Content-Type"]


@pytest.mark.stack
class TestEmulator:
    @pytest.mark.parametrize("name", ["0.png", ODD])
    def test_the_link_opens_what_was_put(self, name: str) -> None:
        path = f"tests/{uuid.uuid4()}/{name}"
        outputs = emulated()
        outputs.put(path, BytesIO(b"\x89PNG\x00\xff"), "image/png", {"model": "Model A"})
        assert opened(outputs.link(path)) == (b"\x89PNG\x00\xff", "image/png")

    @pytest.mark.parametrize("name", ["0.png", ODD])
    def test_the_link_that_saves_says_under_which_name(self, name: str) -> None:
        path = f"tests/{uuid.uuid4()}/{name}"
        outputs = emulated()
        outputs.put(path, BytesIO(b"picture"), "image/png", {})
        with build_opener(ProxyHandler({})).open(outputs.link(path, save_as="darkroom-1-0.png"), timeout=5) as response:
            assert response.read() == b"picture"
            assert response.headers["Content-Disposition"] == 'attachment; filename="darkroom-1-0.png"'
            assert response.headers["Content-Type"] == "image/png"

    def test_a_repeat_overwrites(self) -> None:
        path = f"tests/{uuid.uuid4()}/0.png"
        outputs = emulated()
        outputs.put(path, BytesIO(b"first, and longer"), "image/png", {})
        outputs.put(path, BytesIO(b"second"), "image/webp", {})
        assert opened(outputs.link(path)) == (b"second", "image/webp")


class TestMemory:
    def test_it_keeps_what_was_put_last(self) -> None:
        outputs = MemoryOutputs()
        outputs.put("a/0.png", BytesIO(b"first"), "image/png", {})
        outputs.put("a/0.png", BytesIO(b"second"), "image/png", {})
        assert outputs.files == {"a/0.png": b"second"}

    def test_while_it_is_down_nothing_is_deleted(self) -> None:
        outputs = MemoryOutputs()
        outputs.put("a/0.png", BytesIO(b"data"), "image/png", {})
        outputs.is_down = True
        with pytest.raises(Unavailable):
            outputs.delete("a/0.png")
        assert outputs.files

    def test_while_it_is_down_nothing_is_put(self) -> None:
        outputs = MemoryOutputs()
        outputs.is_down = True
        with pytest.raises(Unavailable):
            outputs.put("a/0.png", BytesIO(b"data"), "image/png", {})
        assert not outputs.files


class TestBucket:
    @pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
    def test_what_the_vendor_raises_is_unavailable(
        self, bucket: storage.Bucket, mocker: MockerFixture, error: Exception
    ) -> None:
        mocker.patch.object(storage.Blob, "upload_from_file", side_effect=error)
        with pytest.raises(Unavailable):
            BucketOutputs(bucket, no_link).put("a/0.png", BytesIO(b"data"), "image/png", {})

    @pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
    def test_a_deletion_that_the_vendor_does_not_answer_is_unavailable(
        self, bucket: storage.Bucket, mocker: MockerFixture, error: Exception
    ) -> None:
        mocker.patch.object(storage.Blob, "delete", side_effect=error)
        with pytest.raises(Unavailable):
            BucketOutputs(bucket, no_link).delete("a/0.png")

    def test_a_deletion_names_the_path_and_has_patience(self, bucket: storage.Bucket, mocker: MockerFixture) -> None:
        deletions: list[tuple[str, bool]] = []

        def delete(blob: storage.Blob, *, timeout: float, retry: Retry) -> None:
            deletions.append((blob.name, 0 < timeout <= 30 and 0 < retry.timeout <= 60))
            raise NotFound("no such object")

        mocker.patch.object(storage.Blob, "delete", autospec=True, side_effect=delete)
        BucketOutputs(bucket, no_link).delete(ODD)
        assert deletions == [(ODD, True)]

    def test_data_type_and_metadata_go_to_the_vendor(self, bucket: storage.Bucket, mocker: MockerFixture) -> None:
        uploads: list[tuple[Any, ...]] = []

        def upload(blob: storage.Blob, stream: BytesIO, *, timeout: float, retry: Retry, **named: Any) -> None:
            patience = 0 < timeout <= 30 and 0 < retry.timeout <= 60
            uploads.append((blob.name, stream.getvalue(), named["content_type"], blob.metadata, patience))

        mocker.patch.object(storage.Blob, "upload_from_file", autospec=True, side_effect=upload)
        address = BucketOutputs(bucket, no_link).put(ODD, BytesIO(b"data"), "image/png", {"model": "Model A"})
        assert address == f"gs://demo-outputs.appspot.com/{ODD}"
        assert uploads == [(ODD, b"data", "image/png", {"model": "Model A"}, True)]

    def test_where_nobody_waits_long_it_is_given_up_early(self, bucket: storage.Bucket, mocker: MockerFixture) -> None:
        given: list[tuple[float, float]] = []

        def upload(blob: storage.Blob, stream: BytesIO, *, timeout: float, retry: Retry, **_: Any) -> None:
            given.append((timeout, retry.timeout))

        mocker.patch.object(storage.Blob, "upload_from_file", autospec=True, side_effect=upload)
        BucketOutputs(bucket, no_link).put("a/0.png", BytesIO(b"data"), "image/png", {}, patience=timedelta(seconds=3))
        assert given == [(3, 3)]

    def test_links_are_made_at_the_same_time(self, bucket: storage.Bucket) -> None:
        """The first links wait for each other, so none would ever be ready if they were made one after the other."""
        gate = Barrier(5, timeout=20)

        def link(path: str, save_as: str | None = None) -> str:
            gate.wait()
            return f"https://{path}"

        paths = [f"{n}.png" for n in range(20)]
        assert BucketOutputs(bucket, link).links(paths) == {path: f"https://{path}" for path in paths}

    def test_one_link_that_cannot_be_made_is_unavailable(self, bucket: storage.Bucket) -> None:
        def link(path: str, save_as: str | None = None) -> str:
            if path == "7.png":
                raise Unavailable("Links cannot be signed at the moment")
            return path

        with pytest.raises(Unavailable):
            BucketOutputs(bucket, link).links([f"{n}.png" for n in range(20)])

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("darkroom-1-0.png", "darkroom-1-0.png"),
            ('a"; evil="b\\\r\nX: y.png', "a_; evil=_b___X: y.png"),
            ("лак.png", "___.png"),
        ],
    )
    def test_a_name_ends_where_it_ends(self, name: str, said: str) -> None:
        query = parse_qs(urlsplit(emulator_link("http://127.0.0.1:9199", "demo.appspot.com")("a.png", name)).query)
        assert query == {"response-content-disposition": [f'attachment; filename="{said}"']}

    def test_a_link_on_the_emulator_names_the_path_and_nothing_else(self) -> None:
        parts = urlsplit(emulator_link("http://127.0.0.1:9199/", "demo.appspot.com")(ODD))
        assert (parts.netloc, parts.query, parts.fragment) == ("127.0.0.1:9199", "", "")
        assert unquote(parts.path) == f"/demo.appspot.com/{ODD}"


@dataclass
class Google:
    """Google's token server and its signer of blobs. Both are needed to make a link."""

    key: rsa.RSAPrivateKey
    tokens: int = 0
    signed: list[bytes] = field(default_factory=list)
    status: int = 200

    def __call__(self, url: str, body: Any = None, **_: Any) -> Any:
        if self.status != 200:
            return _HttpAnswer(self.status, b'{"error": "down"}', {})
        if url == "https://oauth2.googleapis.com/token":
            self.tokens += 1
            token = {"access_token": f"token-{self.tokens}", "expires_in": 3600, "token_type": "Bearer"}
            return _HttpAnswer(200, json.dumps(token).encode(), {})
        assert url.startswith("https://iamcredentials.googleapis.com/")
        assert f"/serviceAccounts/{ACCOUNT}:signBlob" in url
        blob = base64.b64decode(json.loads(body)["payload"])
        self.signed.append(blob)
        signature = self.key.sign(blob, padding.PKCS1v15(), hashes.SHA256())
        return _HttpAnswer(200, json.dumps({"signedBlob": base64.b64encode(signature).decode()}).encode(), {})


@dataclass(frozen=True)
class _HttpAnswer:
    status: int
    data: bytes
    headers: Mapping[str, str]


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def google(key: rsa.RSAPrivateKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture) -> Google:
    """Use a service account that is made here. Its file is the default credential, and we play Google's servers."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    account = {
        "type": "service_account",
        "project_id": "demo-outputs",
        "private_key_id": "1",
        "private_key": pem.decode(),
        "client_email": ACCOUNT,
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    played = Google(key)
    mocker.patch.object(Request, "__call__", side_effect=played)
    return played


class TestSignedLinks:
    @pytest.fixture
    def time(self) -> list[datetime]:
        """Return the time that the clock shows. The test can change it."""
        return [datetime(2026, 3, 4, 12, tzinfo=UTC)]

    @pytest.fixture
    def links(self, bucket: storage.Bucket, time: list[datetime]) -> Link:
        return SignedLinks(bucket, clock=lambda: time[0])

    @pytest.mark.parametrize("path", ["generations/arda/1/0.png", ODD])
    def test_it_is_a_v4_signature_of_exactly_this_object_for_15_minutes(
        self, google: Google, links: Link, path: str
    ) -> None:
        parts = urlsplit(links(path))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (parts.scheme, parts.netloc) == ("https", "storage.googleapis.com")
        assert unquote(parts.path) == f"/demo-outputs.appspot.com/{path}"
        assert query["X-Goog-Algorithm"] == "GOOG4-RSA-SHA256"
        assert query["X-Goog-Expires"] == "900"
        assert query["X-Goog-Credential"].startswith(f"{ACCOUNT}/")
        google.key.public_key().verify(
            bytes.fromhex(query["X-Goog-Signature"]),
            string_to_sign(parts.path, parts.query, query),
            padding.PKCS1v15(),
            hashes.SHA256(),
        )

    def test_one_that_saves_says_so_in_what_is_signed(self, google: Google, links: Link) -> None:
        parts = urlsplit(links(ODD, "darkroom-1-0.png"))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert query["response-content-disposition"] == 'attachment; filename="darkroom-1-0.png"'
        assert query["X-Goog-Expires"] == "900"
        google.key.public_key().verify(
            bytes.fromhex(query["X-Goog-Signature"]),
            string_to_sign(parts.path, parts.query, query),
            padding.PKCS1v15(),
            hashes.SHA256(),
        )

    def test_one_that_saves_is_made_anew_each_time(self, google: Google, links: Link) -> None:
        for _ in range(2):
            links("a/0.png", "darkroom-1-0.png")
        assert len(google.signed) == 2
        assert "response-content-disposition" not in links("a/0.png")

    def test_many_at_once_ask_for_one_access_token(self, google: Google, links: Link, bucket: storage.Bucket) -> None:
        paths = [f"a/{n}.png" for n in range(20)]
        found = BucketOutputs(bucket, links).links(paths)
        assert [f"/{path}?" in found[path] for path in paths] == [True] * 20
        assert (google.tokens, len(google.signed)) == (1, 20)

    def test_it_is_kept_for_half_its_life(self, google: Google, links: Link, time: list[datetime]) -> None:
        first = links("a/0.png")
        time[0] += timedelta(seconds=449.9)
        assert links("a/0.png") == first
        assert len(google.signed) == 1
        time[0] += timedelta(seconds=0.1)
        links("a/0.png")
        assert len(google.signed) == 2

    def test_each_path_is_signed_for_itself(self, google: Google, links: Link) -> None:
        assert links("a/0.png") != links("a/1.png")
        assert len(google.signed) == 2

    def test_one_access_token_serves_many_signatures(self, google: Google, links: Link) -> None:
        for n in range(3):
            links(f"a/{n}.png")
        assert google.tokens == 1

    def test_a_signer_that_refuses_is_unavailable_and_is_asked_again_later(self, google: Google, links: Link) -> None:
        links("a/0.png")
        google.status = 403
        with pytest.raises(Unavailable):
            links("a/1.png")
        google.status = 200
        assert "/a/1.png?" in links("a/1.png")

    def test_without_an_access_token_it_is_unavailable(self, google: Google, links: Link) -> None:
        google.status = 403
        with pytest.raises(Unavailable):
            links("a/0.png")

    def test_without_credentials_it_is_unavailable(self, links: Link, mocker: MockerFixture) -> None:
        mocker.patch("google.auth.default", side_effect=DefaultCredentialsError("none"))
        with pytest.raises(Unavailable):
            links("a/0.png")


def string_to_sign(path: str, query: str, values: Mapping[str, str]) -> bytes:
    """Return the text to sign, made from the finished URL as Google's documents on V4 signing describe it."""
    pairs = sorted((name, value) for name, value in parse_qsl(query) if name != "X-Goog-Signature")
    canonical = "\n".join(
        [
            "GET",
            path,
            urlencode(pairs, quote_via=quote, safe="~"),
            "host:storage.googleapis.com",
            "",
            "host",
            "UNSIGNED-PAYLOAD",
        ]
    )
    scope = values["X-Goog-Credential"].partition("/")[2]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return "\n".join(["GOOG4-RSA-SHA256", values["X-Goog-Date"], scope, digest]).encode()
