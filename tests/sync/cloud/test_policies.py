"""Nobody reaches what is another's: every table and function, with every token that one may come by."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import jwt
import msgspec
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from futureself_box.sync.cloud import account, sealing
from tests.supabase.project import Double, Project
from tests.sync.cloud.home import Home

pytestmark = pytest.mark.timeout(60)

TABLES = {"futureself.member", "futureself.revision"}
FUNCTIONS = {
    "futureself_push",
    "futureself_pull",
    "futureself_keep_keys",
    "futureself_read_keys",
    "futureself_forget_key",
    "futureself_erase",
}


class Ada:
    """A member with a copy, and what others may have seen of it."""

    def __init__(self, home: Home, cloud: Project) -> None:
        self.home, self.cloud = home, cloud
        self.revision = home.write("Mine.")
        home.round(cloud)
        self.row = sealing.seal(home.key, self.revision)
        session = account.read_session(home.store, cloud.url)
        claims = jwt.decode(session.access_token, options={"verify_signature": False})
        self.token, self.user = session.access_token, UUID(claims["sub"])

    @property
    def seen(self) -> Any:
        """All that Ada's own client reads."""
        answer = call(self.cloud, "futureself_pull", self.token, {"p_cursor": 0})
        assert answer.status_code == 200, answer.text
        keys = call(self.cloud, "futureself_read_keys", self.token, {})
        return answer.json(), keys.json()


def call(
    cloud: Project, function: str, token: str | None, parameters: dict[str, Any]
) -> httpx2.Response:
    headers = {"apikey": cloud.key}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    url, plain = f"{cloud.url}/rest/v1/rpc/{function}", cloud.url.startswith("http:")
    return httpx2.post(url, json=parameters, headers=headers, verify=not plain)


def parameters_for(function: str, ada: Ada) -> dict[str, Any]:
    """What would read, change or erase Ada's copy, if it could."""
    match function:
        case "futureself_push":
            rows = [ada.row, msgspec.structs.replace(ada.row, rev=uuid4(), erases=True, body=None)]
            changes = msgspec.to_builtins(rows)
            return {"p_schema": 1, "p_cursor": 0, "p_epoch": None, "p_changes": changes}
        case "futureself_pull":
            return {"p_cursor": 0}
        case "futureself_keep_keys":
            return {"p_keys": "taken", "p_profile": "over"}
        case "futureself_forget_key":
            return {"p_key_id": ada.row.key_id}
        case "futureself_erase":
            return {"p_account": True}
        case _:
            return {}


def forged(ada: Ada) -> str:
    """Ada's claims, signed by somebody else."""
    claims = jwt.decode(ada.token, options={"verify_signature": False})
    key = ec.generate_private_key(ec.SECP256R1())
    header = jwt.get_unverified_header(ada.token)
    return jwt.encode(claims, key, algorithm="ES256", headers={"kid": header["kid"]})


def unsigned(ada: Ada) -> str:
    claims = jwt.decode(ada.token, options={"verify_signature": False})
    return jwt.encode(claims, "", algorithm="none")


def test_no_function_does_anything_for_an_anonymous_or_a_forger(home: Home, cloud: Project) -> None:
    ada = Ada(home, cloud)
    before = ada.seen
    for token in (None, cloud.key, forged(ada), unsigned(ada), "nonsense"):
        for function in FUNCTIONS:
            answer = call(cloud, function, token, parameters_for(function, ada))
            assert answer.status_code in {401, 403}, (token, function, answer.text)
    assert ada.seen == before


def test_no_function_does_anything_for_a_token_that_is_over(home: Home, double: Double) -> None:
    ada = Ada(home, double)
    before = ada.seen
    double.steer("tokens", seconds=-1)
    user = str(ada.user)
    over = double.steer("token", user=user, session=user, role="authenticated")
    double.heal()
    for function in FUNCTIONS:
        answer = call(double, function, over, parameters_for(function, ada))
        assert answer.status_code == 401, (function, answer.text)
    assert ada.seen == before


def test_another_member_reads_and_changes_only_their_own(
    home: Home, cloud: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ada = Ada(home, cloud)
    before = ada.seen
    other = Home(tmp_path_factory.mktemp("other"))
    other.link(cloud)
    token = account.read_session(other.store, cloud.url).access_token
    other.close()
    pulled = call(cloud, "futureself_pull", token, {"p_cursor": 0}).json()
    assert (pulled["changes"], pulled["keys"]) == ([], None)
    for function in [*sorted(FUNCTIONS - {"futureself_erase"}), "futureself_erase"]:
        answer = call(cloud, function, token, parameters_for(function, ada))
        assert "sheet:" not in answer.text
        assert ada.row.envelope not in answer.text or function == "futureself_pull"
    assert ada.seen == before


def test_no_table_is_offered(home: Home, cloud: Project) -> None:
    ada = Ada(home, cloud)
    for table in ("member", "revision", "futureself.member", "futureself.revision"):
        for profile in ("public", "futureself"):
            headers = {"apikey": cloud.key, "authorization": f"Bearer {ada.token}"}
            headers |= {"accept-profile": profile, "content-profile": profile}
            url = f"{cloud.url}/rest/v1/{table}"
            for method in ("GET", "POST", "PATCH", "DELETE"):
                body = None if method in {"GET", "DELETE"} else {"seq": 9}
                answer = httpx2.request(method, url, json=body, headers=headers)
                assert answer.status_code in {404, 406}, (table, method, answer.text)


def test_the_walk_knows_every_table_view_and_function(double: Double) -> None:
    relations = double.rows(
        """
        SELECT table_schema || '.' || table_name FROM information_schema.tables
        WHERE table_schema IN ('futureself', 'public')
        """
    )
    functions = double.rows(
        "SELECT proname FROM pg_catalog.pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    assert {name for (name,) in relations} == TABLES
    assert {name for (name,) in functions} == FUNCTIONS


@pytest.mark.parametrize("role", ["anon", "authenticated"])
@pytest.mark.parametrize("table", sorted(TABLES))
def test_row_level_security_holds_also_for_plain_sql(
    home: Home, double: Double, table: str, role: str
) -> None:
    ada = Ada(home, double)
    before = ada.seen
    for user in (ada.user, uuid4()):
        expected = 1 if (role, user) == ("authenticated", ada.user) else 0
        assert readable(double, role, user, table) == expected
        for change in (
            f"INSERT INTO {table} (member_id) VALUES ('{user}')",  # noqa: S608
            f"UPDATE {table} SET seq = 9",  # noqa: S608
            f"DELETE FROM {table}",  # noqa: S608
            f"TRUNCATE {table} CASCADE",
        ):
            assert refused(double, role, user, change), change
    assert ada.seen == before


def as_member(connection: "psycopg.Connection[Any]", role: str, user: UUID) -> None:
    claims = msgspec.json.encode({"sub": user, "role": role}).decode()
    connection.execute("SELECT set_config('request.jwt.claims', %s, true)", (claims,))
    connection.execute(f"SET LOCAL ROLE {role}".encode())


def readable(double: Double, role: str, user: UUID, table: str) -> int:
    with psycopg.connect(double.postgres.url) as connection:
        as_member(connection, role, user)
        try:
            return len(connection.execute(f"SELECT * FROM {table}".encode()).fetchall())  # noqa: S608
        except psycopg.errors.InsufficientPrivilege:
            return 0


def refused(double: Double, role: str, user: UUID, change: str) -> bool:
    with psycopg.connect(double.postgres.url) as connection:
        as_member(connection, role, user)
        try:
            connection.execute(change.encode())
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


def test_what_is_written_stays_as_it_is(home: Home, cloud: Project) -> None:
    ada = Ada(home, cloud)
    changed = msgspec.structs.replace(ada.row, clock=ada.row.clock + 1, body=ada.row.envelope)
    parameters = parameters_for("futureself_push", ada)
    parameters["p_changes"] = msgspec.to_builtins([changed])
    before = ada.seen
    answer = call(cloud, "futureself_push", ada.token, parameters)
    assert answer.json()["acks"] == [{"rev": str(ada.row.rev), "seq": 1}]
    assert ada.seen == before
