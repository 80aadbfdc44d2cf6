"""What customers and members of staff are called: names stand in the vault and nowhere else."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Final

import duckdb

from orchestration.channels.engine.vault import Vault

_OF_CUSTOMERS: Final = """
    select owners.one_id, named.source = 'wecom' as is_friend, named.name_token
    from people.record_owners as owners
    inner join customer.customers as named on owners.source = named.source and owners.customer_id = named.customer_id
    where owners.to_date is null and named.superseded_at is null and named.name_token is not null
        and owners.one_id in (select unnest($who::varchar[]))
    order by owners.one_id, named.known_at, named.source, named.customer_id
"""
_OF_STAFF: Final = """
    select staff_id, name_token
    from customer.staff
    where superseded_at is null and name_token is not null and staff_id in (select unnest($who::varchar[]))
"""
_OF_STORES: Final = "select store_id, name from customer.stores where superseded_at is null and name is not null"
#: A family name and one or two more, as one says it to somebody: nicknames and firms are no address.
_SPOKEN: Final = re.compile(r"[\u4e00-\u9fff]{2,4}")
_HANDLE: Final = 6


@dataclasses.dataclass(frozen=True)
class Name:
    """What a customer is called: as a friend in WeCom, as a member, and what is shown where neither is known."""

    friend: str | None
    member: str | None
    handle: str

    @property
    def shown(self) -> str:
        """The name to look for."""
        return self.friend or self.member or self.handle

    @property
    def beside(self) -> str:
        """The member's name where the friend goes by another."""
        return self.member if self.member and self.friend and self.member != self.friend else ""

    def greeted(self, words: str) -> str:
        """Return words that begin with a greeting with the name before it, where it is one to be said."""
        spoken = self.member if self.member and _SPOKEN.fullmatch(self.member) else ""
        return f"{spoken}{words}" if words.startswith("您好") else words


def customers(connection: duckdb.DuckDBPyConnection, vault: Vault, who: Sequence[str]) -> dict[str, Name]:
    """Return the names of customers by one_id; of several the one known last."""
    tokens: dict[tuple[str, bool], str] = {}
    for one_id, is_friend, token in connection.execute(_OF_CUSTOMERS, {"who": list(who)}).fetchall():
        tokens[one_id, is_friend] = token
    plain = vault.reveal(set(tokens.values()))

    def name(one_id: str, is_friend: bool) -> str | None:
        return (plain.get(tokens.get((one_id, is_friend), "")) or "").strip() or None

    return {
        one: Name(name(one, True), name(one, False), f"客户 {one.removeprefix('p_')[:_HANDLE]}") for one in set(who)
    }


def staff(connection: duckdb.DuckDBPyConnection, vault: Vault, who: Sequence[str]) -> dict[str, str]:
    """Return the names of members of staff; the id of whom no name is known."""
    tokens: Mapping[str, str] = dict(connection.execute(_OF_STAFF, {"who": list(who)}).fetchall())
    plain = vault.reveal(set(tokens.values()))
    return {one: plain.get(tokens.get(one, ""), one) for one in who}


def stores(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the names of stores."""
    return dict(connection.execute(_OF_STORES).fetchall())
