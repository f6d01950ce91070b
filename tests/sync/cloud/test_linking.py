"""Members and their accounts: sign up, sign in, sessions that are renewed or end, sign out, erase."""

import pytest

from futureself_box.errors import CloudSignInAgain, CloudUnreachable
from futureself_box.sync.cloud import account, place
from futureself_box.sync.cloud.account import Erase, SignIn, SignOut, SignUp
from tests.supabase.project import PASSWORD, Double, Project
from tests.sync.cloud.home import Home

pytestmark = pytest.mark.timeout(60)
_OVER = 0


def session(home: Home) -> account.Session:
    return account.read_session(home.store, str(account.read(home.store).project))


def kept_in_file(home: Home, secret: str) -> bool:
    with home.store.read() as connection:
        row = connection.execute("SELECT * FROM cloud_account").fetchone()
    return secret in str(tuple(row))


def test_a_member_signs_up_and_is_linked_and_the_password_is_gone(
    unlinked: Home, cloud: Project
) -> None:
    unlinked.mail = cloud.new_mail()
    account.wish(unlinked.store, SignUp(unlinked.mail, PASSWORD))
    assert kept_in_file(unlinked, PASSWORD)
    linked = unlinked.wish(cloud, SignUp(unlinked.mail, PASSWORD))
    assert (linked.state, linked.mail, linked.problem) == ("linked", unlinked.mail, None)
    assert not kept_in_file(unlinked, PASSWORD)


def test_a_mail_that_is_to_be_confirmed_is_a_state(unlinked: Home, double: Double) -> None:
    double.steer("tokens", confirm_mail=True)
    mail = double.new_mail()
    assert unlinked.wish(double, SignUp(mail, PASSWORD)).state == "confirm_mail"
    early = unlinked.wish(double, SignIn(mail, PASSWORD))
    assert early.state == "confirm_mail"
    assert "not confirmed" in str(early.problem)
    double.steer("confirm", mail=mail)
    late = unlinked.wish(double, SignIn(mail, PASSWORD))
    assert (late.state, late.problem) == ("linked", None)
    double.heal()


def test_what_can_t_be_done_is_said_and_the_password_forgotten(home: Home, double: Double) -> None:
    mail = str(home.mail)
    cases: dict[str, SignUp | SignIn] = {
        "wrong": SignIn(mail, "another"),
        "already": SignUp(mail, PASSWORD),
        "longer": SignUp(double.new_mail(), "short"),
    }
    for word, wanted in cases.items():
        assert word in str(home.wish(double, wanted).problem)
        assert not kept_in_file(home, wanted.password)
    with double.broken("/auth/"):
        assert "doesn't answer" in str(home.wish(double, SignIn(mail, PASSWORD)).problem)
    assert account.read(home.store).state == "linked"


def test_a_session_is_renewed_and_the_new_token_on_the_disk_before_its_use(
    home: Home, double: Double
) -> None:
    home.round(double)
    before = session(home)
    account.keep_session(home.store, account.Session("over", before.refresh_token, _OVER))
    home.write("Mine.")
    with double.broken("/rest/"), pytest.raises(CloudUnreachable):
        home.round(double)
    after = session(home)
    assert after.refresh_token != before.refresh_token
    home.round(double)
    assert session(home) == after


def test_a_lost_answer_to_a_renewal_does_not_end_the_session(home: Home, double: Double) -> None:
    home.round(double)
    account.keep_session(home.store, account.Session("over", session(home).refresh_token, _OVER))
    double.rows("UPDATE auth.refresh_tokens SET revoked_at = revoked_at - interval '1 hour'")
    double.steer("fault", path="/auth/v1/token", when="after")
    with pytest.raises(CloudUnreachable):
        home.round(double)
    double.rows("UPDATE auth.refresh_tokens SET revoked_at = revoked_at - interval '1 hour'")
    home.round(double)
    assert account.read(home.store).state == "linked"


def test_members_renew_once_however_many_calls_need_it(home: Home, double: Double) -> None:
    home.round(double)
    account.keep_session(home.store, account.Session("over", session(home).refresh_token, _OVER))
    home.write("Mine.")
    double.steer("calls")
    home.round(double)
    assert double.steer("calls").count("POST /auth/v1/token") == 1


def test_a_revoked_session_asks_to_sign_in_again_and_the_journal_goes_on(
    home: Home, double: Double
) -> None:
    home.write("Before.")
    home.round(double)
    double.rows("DELETE FROM auth.sessions")
    account.keep_session(home.store, account.Session("over", session(home).refresh_token, _OVER))
    home.write("Meanwhile.")
    with pytest.raises(CloudSignInAgain):
        home.round(double)
    assert account.read(home.store).state == "sign_in"
    assert home.link(double).state == "linked"
    home.round(double)
    with home.store.read() as connection:
        assert place.waiting(connection) == 0


def test_a_clock_that_is_behind_does_not_keep_an_old_token_in_use(
    home: Home, double: Double
) -> None:
    home.round(double)
    double.steer("tokens", seconds=-60)
    account.keep_session(home.store, expired(home, double))
    double.steer("tokens", seconds=3600)
    home.now_ms = lambda: 0
    home.round(double)
    assert session(home).expires_at > _OVER


def expired(home: Home, double: Double) -> account.Session:
    claims = double.rows("SELECT id FROM auth.users WHERE email = %s", home.mail)
    user = str(claims[0][0])
    token = double.steer("token", user=user, session=user, role="authenticated")
    return account.Session(token, session(home).refresh_token, 10**6)


def test_no_token_of_one_project_is_sent_to_another(home: Home, double: Double) -> None:
    home.round(double)
    other = Project(double.url.replace("localhost", "127.0.0.1"), double.key)
    double.steer("calls")
    with pytest.raises(CloudSignInAgain):
        home.round(other)
    assert double.steer("calls") == []


def test_signing_out_ends_the_session_and_leaves_the_copy(home: Home, double: Double) -> None:
    home.write("Mine.")
    home.round(double)
    assert home.wish(double, SignOut()).state == "none"
    assert rows_of(home, double) == (1, 1)
    assert home.link(double).state == "linked"
    assert home.round(double) == 0


def rows_of(home: Home, double: Double) -> tuple[int, int]:
    """Revisions and accounts."""
    found = double.rows(
        """
        SELECT count(revision.seq), count(DISTINCT users.id)
        FROM auth.users LEFT JOIN futureself.revision ON member_id = users.id WHERE email = %s
        """,
        home.mail,
    )
    return int(found[0][0]), int(found[0][1])


@pytest.mark.parametrize(("with_account", "accounts"), [(False, 1), (True, 0)])
def test_erasing_leaves_nothing_and_the_account_only_if_wanted(
    home: Home, double: Double, accounts: int, *, with_account: bool
) -> None:
    home.write("Mine.")
    home.round(double)
    assert home.wish(double, Erase(with_account)).state == "none"
    assert rows_of(home, double) == (0, accounts)
    assert len(home.revisions()) == 1
