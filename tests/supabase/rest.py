"""PostgREST's double: functions of the schema public, each call one transaction under the caller's role.

Status codes and error bodies follow PostgREST's documentation ("Errors"). No table is in the exposed
schema, so a table is never found; everything else that PostgREST can is 501.
"""

import json
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow

from tests.supabase.answers import NOTHING, Refusal

Connection = AsyncConnection[DictRow]
_STATUS = {
    "23503": 409,
    "23505": 409,
    "25006": 405,
    "42883": 404,
    "42P01": 404,
    "53400": 500,
    "57014": 500,
    "P0001": 400,
}
_STATUS_BY_CLASS = {"08": 503, "28": 403, "40": 500, "53": 503, "54": 500, "57": 500, "XX": 500}


async def answer(
    db: Connection, call: str, claims: dict[str, Any], parameters: dict[str, Any], schema: str
) -> Any:
    """What PostgREST answers; raises Refusal."""
    if schema != "public":
        raise Refusal.of_rest(406, "PGRST106", "The schema must be one of the following: public")
    method, _, path = call.partition(" ")
    if not path.startswith("rpc/"):
        if method not in {"GET", "POST", "PATCH", "DELETE"}:
            raise Refusal(501, {"message": f"double: {call} is not there"})
        message = f"Could not find the table 'public.{path}' in the schema cache"
        raise Refusal.of_rest(404, "PGRST205", message)
    try:
        await _take_role(db, claims)
        if method == "GET":
            await db.execute("SET TRANSACTION READ ONLY")
        return await _call(db, path.removeprefix("rpc/"), parameters)
    except psycopg.Error as error:
        raise _refusal(error, claims["role"]) from error


async def _take_role(db: Connection, claims: dict[str, Any]) -> None:
    await db.execute(
        """
        SELECT set_config('role', %(role)s, true),
            set_config('request.jwt.claims', %(claims)s, true),
            set_config('search_path', 'public', true)
        """,
        {"role": claims["role"], "claims": json.dumps(claims)},
    )


async def _call(db: Connection, name: str, parameters: dict[str, Any]) -> Any:
    types = await _find(db, name, set(parameters))
    given = {
        key: json.dumps(value) if types[key] in {"json", "jsonb"} else value
        for key, value in parameters.items()
    }
    arguments = sql.SQL(", ").join(
        sql.SQL("{} => {}::{}").format(
            sql.Identifier(key),
            sql.Placeholder(key),
            sql.SQL(types[key]),
        )
        for key in given
    )
    query = sql.SQL("SELECT public.{}({}) AS answer").format(sql.Identifier(name), arguments)
    row = await (await db.execute(query, given)).fetchone()
    assert row is not None
    return NOTHING if row["answer"] == "" else row["answer"]


async def _find(db: Connection, name: str, given: set[str]) -> dict[str, str]:
    cursor = await db.execute(
        """
        SELECT proargnames[1:pronargs] AS names, pronargs - pronargdefaults AS needed,
            ARRAY(SELECT format_type(type, NULL) FROM unnest(proargtypes::oid[]) AS type) AS types
        FROM pg_catalog.pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = %s
        """,
        (name,),
    )
    for row in await cursor.fetchall():
        names = row["names"] or []
        if set(names[: row["needed"]]) <= given <= set(names):
            return dict(zip(names, row["types"], strict=True))
    message = f"Could not find the function public.{name}({', '.join(sorted(given))})"
    raise Refusal.of_rest(404, "PGRST202", f"{message} in the schema cache")


def _refusal(error: psycopg.Error, role: str) -> Refusal:
    code, said = error.sqlstate or "08006", error.diag
    if code.startswith("PT"):
        status = int(code[2:])
    elif code == "42501":
        status = 401 if role == "anon" else 403
    else:
        status = _STATUS.get(code) or _STATUS_BY_CLASS.get(code[:2], 400)
    return Refusal.of_rest(
        status, code, said.message_primary or "", said.message_detail, said.message_hint
    )
