from datetime import UTC, datetime

from hypothesis import given

from domain.accounts.user_identity import UserIdentity
from domain.credits.commits import Commit
from domain.credits.user import User
from domain.generations.generation import Generation
from drawing import drawn
from users import changed

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@given(drawn(User))
def test_a_commit_keeps_every_field_that_it_does_not_name(user: User) -> None:
    assert Commit(user_id=user.id, at=NOW).applied_to(user) == changed(user, updated_at=NOW)


@given(drawn(User), drawn(UserIdentity))
def test_a_change_of_an_account_leaves_the_balance_alone(user: User, identity: UserIdentity) -> None:
    after = Commit(user_id=user.id, at=NOW, identity=identity).applied_to(user)
    assert (after.identity, after.balance, after.pace) == (identity, user.balance, user.pace)


def test_a_new_user_comes_from_a_commit_with_its_books_open() -> None:
    nobody = User(id="ann")
    commit: Commit[Generation] = Commit(
        user_id="ann", at=NOW, identity=UserIdentity(name="Ann", created_at=NOW), opens_books=True
    )
    assert commit.applied_to(nobody) == changed(nobody, name="Ann", created_at=NOW, updated_at=NOW, books_opened_at=NOW)
