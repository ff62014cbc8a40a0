"""Makes the accounts room: users, identity, API keys. Its books write every commit of a user, of any room."""

from typing import TYPE_CHECKING

from bootstrap.parts import part
from bootstrap.store import StoreParts

if TYPE_CHECKING:
    from repositories.accounts.accounts import AccountRepository
    from repositories.accounts.books import Books
    from repositories.accounts.key_secrets import KeySecretRepository
    from repositories.accounts.users import UserRepository
    from repositories.store.record_writes import RecordWrites
    from services.accounts.access import AccessService
    from services.accounts.accounts import AccountService
    from services.accounts.keys import KeyService
    from services.accounts.ports import AppCheckVerifier, IdentityDirectory, ServiceTokenVerifier, TokenVerifier


class AccountParts(StoreParts):
    @part
    def users(self) -> "UserRepository":
        from repositories.accounts.users import UserRepository

        return UserRepository(self.documents, self.clock)

    @part
    def stored_accounts(self) -> "AccountRepository":
        from repositories.accounts.accounts import AccountRepository

        secrets = self.later(lambda: self.key_secrets)
        return AccountRepository(self.documents, self.users, self.books, secrets, self.transaction)

    @part
    def key_secrets(self) -> "KeySecretRepository":
        from repositories.accounts.key_secrets import KeySecretRepository

        return KeySecretRepository(self.documents)

    @part
    def books(self) -> "Books":
        from repositories.accounts.books import Books

        return Books(self.documents, self.users, self.record_writes)

    @part
    def record_writes(self) -> "RecordWrites":
        from domain.accounts.audit_log import AuditRecord
        from domain.credits.ledger import Entry
        from domain.generations.generation import Generation
        from repositories.accounts.arrivals import account_count_write, welcome_create
        from repositories.accounts.audit_mapping import audit_create
        from repositories.credits.entry_mapping import entry_create
        from repositories.generations.generation_mapping import generation_create
        from repositories.store.record_writes import RecordWrites
        from services.accounts.ports import CountedAccount, KeySecret, WelcomedMailbox

        return RecordWrites(
            {
                AuditRecord: audit_create,
                CountedAccount: account_count_write,
                Entry: entry_create,
                Generation: generation_create,
                KeySecret: lambda secret: self.key_secrets.write(secret),  # noqa: PLW0108 - most requests need none
                WelcomedMailbox: welcome_create,
            }
        )

    @part
    def tokens(self) -> "TokenVerifier":
        from providers.identity.firebase import FirebaseTokens

        return FirebaseTokens(self.settings.project_id, clock=self.clock)

    @part
    def directory(self) -> "IdentityDirectory":
        from providers.identity.directory import FirebaseDirectory

        return FirebaseDirectory(self.settings.project_id, clock=self.clock)

    @part
    def app_check(self) -> "AppCheckVerifier":
        from providers.identity.app_check import FirebaseAppCheck

        return FirebaseAppCheck(self.settings.project_id, clock=self.clock)

    @part
    def service_tokens(self) -> "ServiceTokenVerifier":
        from providers.identity.service_tokens import GoogleServiceTokens

        return GoogleServiceTokens(accepts_removed_signature=True, clock=self.clock)

    @part
    def account_service(self) -> "AccountService":
        from services.accounts.accounts import AccountService
        from services.accounts.arrivals import Welcome

        settings = self.settings
        return AccountService(
            stored_accounts=self.stored_accounts,
            directory=self.later(lambda: self.directory),
            tokens=self.later(lambda: self.tokens),
            welcome=Welcome(
                credits=settings.welcome_credits,
                anonymous_credits=settings.anonymous_credits,
                anonymous_per_address=settings.anonymous_per_address_per_day,
                welcomes_per_address=settings.welcomes_per_address_per_day,
                requires_verified_email=settings.welcome_requires_verified_email,
            ),
            pepper=self.pepper,
            clock=self.clock,
        )

    @part
    def access(self) -> "AccessService":
        from services.accounts.access import AccessService

        return AccessService(
            users=self.users,
            stored_accounts=self.stored_accounts,
            account_service=self.account_service,
            pepper=self.pepper,
            clock=self.clock,
        )

    @part
    def keys(self) -> "KeyService":
        from services.accounts.keys import KeyService

        return KeyService(users=self.users, stored_accounts=self.stored_accounts, pepper=self.pepper, clock=self.clock)

    @property
    def pepper(self) -> str:
        return self.settings.api_key_pepper.get_secret_value()
