"""What reaches Dagster's page: nothing that another page asked for, and no change that somebody may not make."""

import hashlib
import json

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from orchestration.ui.asked import changes
from orchestration.ui.guard import LOGIN, LOGOUT
from orchestration.ui.sessions import Role, Sessions, Tokens
from tests.unit.ui.served import JSON, MUTATION, QUERY, served

OPERATOR, VIEWER = "o" * 32, "v" * 32
TOKENS = Tokens({
    hashlib.sha256(OPERATOR.encode()).digest(): Role.OPERATOR,
    hashlib.sha256(VIEWER.encode()).digest(): Role.VIEWER,
})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ELSEWHERE = "http://attacker.example"


@pytest.fixture(scope="module")
def page():
    with served() as one:
        yield one


@pytest.fixture(scope="module")
def locked():
    with served(TOKENS, hosts=("siyu.brand.example",)) as one:
        yield one


@pytest.fixture(autouse=True)
def _forget(request):
    for name in {"page", "locked"} & set(request.fixturenames):
        request.getfixturevalue(name).behind.reached.clear()


def test_the_page_itself_opens_asks_and_changes(page):
    assert page.status("GET", "/overview", origin=None, Accept="text/html") == 200
    assert page.status("POST", "/graphql", QUERY, **JSON) == 200
    assert page.status("POST", "/graphql", MUTATION, **JSON) == 200
    assert [one[0] for one in page.behind.reached] == ["GET", "POST", "POST"]
    assert page.behind.reached[-1] == ("POST", "/graphql", "operator", MUTATION)


@pytest.mark.parametrize(
    ("expected", "method", "path", "body", "headers"),
    [
        # another page in the operator's browser, by whatever it can send without being asked
        (403, "POST", "/graphql", MUTATION, {"origin": ELSEWHERE, **JSON}),
        (403, "POST", "/graphql", MUTATION, {"origin": "null", **JSON}),
        (403, "POST", "/graphql", MUTATION, {"origin": "http://127.0.0.1:1", **JSON}),
        (403, "POST", "/graphql", MUTATION, {"origin": ELSEWHERE, "Content-Type": "text/plain"}),
        (403, "GET", "/graphql?query=mutation%7Bx%7D", None, {"origin": ELSEWHERE}),
        (403, "GET", "/overview", None, {"origin": ELSEWHERE}),
        (403, "GET", "/logs/1", None, {"origin": None, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}),
        (403, "GET", "/logs/1", None, {"origin": None, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}),
        (403, "POST", "/report_asset_check/a", "{}", {"origin": ELSEWHERE, **JSON}),
        # a name that somebody else made point here
        (421, "GET", "/overview", None, {"origin": None, "host": "attacker.example"}),
        (421, "POST", "/graphql", MUTATION, {"host": "attacker.example", "origin": ELSEWHERE, **JSON}),
        (421, "GET", "/overview", None, {"origin": None, "host": "127.0.0.1"}),
        (421, "GET", "/overview", None, {"origin": None, "host": ""}),
        # what a browser sends without an Origin, or a program that shows no token
        (405, "GET", "/graphql?query=mutation%7Bx%7D", None, {"origin": None, "Accept": "text/html"}),
        (405, "GET", "/graphql/?query=mutation%7Bx%7D", None, {"origin": None}),
        (405, "GET", "//graphql?query=mutation%7Bx%7D", None, {"origin": None}),
        (403, "POST", "/graphql", MUTATION, {"origin": None, **JSON}),
        (403, "POST", "/report_asset_materialization/a", "{}", {"origin": None, **JSON}),
        (405, "PUT", "/graphql", MUTATION, JSON),
        (405, "OPTIONS", "/graphql", None, {}),
        # forms, which a page may send anywhere
        (415, "POST", "/graphql?query=mutation%7Bx%7D", "", {}),
        (415, "POST", "/graphql", MUTATION, {"Content-Type": "text/plain"}),
        (415, "POST", "/graphql", "mutation{x}", {"Content-Type": "application/graphql"}),
    ],
)
def test_what_another_page_or_nobody_asks_for_reaches_nothing(page, expected, method, path, body, headers):
    assert page.status(method, path, body, **headers) == expected
    assert page.behind.reached == []


def test_a_program_on_this_machine_may_ask_and_not_change(page):
    assert page.status("POST", "/graphql", QUERY, origin=None, **JSON) == 200
    assert page.status("POST", "/graphql", MUTATION, origin=None, **JSON) == 403


def test_a_link_from_a_mail_opens_the_page(page):
    came = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
    assert page.status("GET", "/runs/1", origin=None, **came) == 200


def test_a_websocket_opens_from_the_page_alone(page):
    with connect(f"ws://127.0.0.1:{page.port}/graphql", origin=page.origin, subprotocols=["graphql-ws"]):
        pass
    for origin in (ELSEWHERE, "null", None):
        with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{page.port}/graphql", origin=origin):
            pass
    assert [one[:2] for one in page.behind.reached] == [("websocket", "/graphql")]


def test_no_page_frames_ours_or_reads_what_it_loads(page):
    for path, headers in (("/overview", {}), ("/overview", {"host": "attacker.example"})):
        said = page.ask("GET", path, origin=None, **headers)[1]
        assert said["x-frame-options"] == "DENY" and "frame-ancestors 'none'" in said["content-security-policy"]
        assert said["cross-origin-resource-policy"] == "same-origin"


def test_a_page_that_is_read_only_takes_questions_alone():
    with served(is_read_only=True) as page:
        assert page.status("POST", "/graphql", QUERY, **JSON) == 200
        assert page.status("POST", "/graphql", MUTATION, **JSON) == 403
        assert page.status("POST", "/report_asset_check/a", "{}", **JSON) == 403
        assert [one[2:] for one in page.behind.reached] == [("viewer", QUERY)]


@pytest.mark.parametrize(
    ("does", "query"),
    [
        (False, "query A { version }"),
        (False, "{ version }"),
        (False, "query A { version } fragment F on Query { version }"),
        (False, "query A { mutation: version }"),
        (True, "mutation { launchRun { __typename } }"),
        # which of the two is meant is said beside the text
        (True, "query A { version } mutation B { launchRun { __typename } }"),
        (True, "subscription { locationStateChangeEvents { __typename } }"),
        (True, "this is no GraphQL"),
    ],
)
def test_a_text_that_may_change_something_is_known(does, query):
    assert changes(json.dumps({"query": query}).encode()) is does


def test_what_cannot_be_read_is_taken_for_a_change():
    assert all(changes(body) for body in (b"", b"[]", b"{", b'{"query": 7}', b'[{"query": "{ version }"}]', b"\xff"))


def _logged_in(page, token):
    status, headers, _ = page.ask("POST", LOGIN, f"token={token}", **FORM)
    assert status == 303
    return headers["set-cookie"]


def test_without_the_token_nothing_is_seen(locked):
    status, headers, _ = locked.ask("GET", "/overview", origin=None, Accept="text/html")
    assert (status, headers["location"]) == (303, LOGIN)
    assert locked.status("POST", "/graphql", QUERY, **JSON) == 401
    assert locked.status("GET", "/logs/1", origin=None) == 401
    for bearer in ("", "x" * 32, OPERATOR[:-1]):
        assert locked.status("POST", "/graphql", QUERY, **JSON, Authorization=f"Bearer {bearer}") == 401
    with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{locked.port}/graphql", origin=locked.origin):
        pass
    assert locked.behind.reached == []


def test_the_form_takes_the_token_and_gives_a_cookie_that_scripts_and_other_pages_cannot_use(locked):
    assert "Token" in locked.ask("GET", LOGIN, origin=None)[2]
    assert locked.status("POST", LOGIN, "token=wrong", **FORM) == 403
    assert locked.status("POST", LOGIN, f"token={OPERATOR}", origin=None, **FORM) == 403
    assert locked.status("POST", LOGIN, f"token={OPERATOR}", origin=ELSEWHERE, **FORM) == 403
    cookie = _logged_in(locked, OPERATOR)
    assert "HttpOnly; SameSite=Strict" in cookie and OPERATOR not in cookie
    cookie = cookie.split(";")[0]
    assert locked.status("POST", "/graphql", MUTATION, **JSON, Cookie=cookie) == 200
    # the cookie alone, as a browser would send it for another page, changes nothing
    assert locked.status("POST", "/graphql", MUTATION, origin=None, **JSON, Cookie=cookie) == 403
    assert locked.status("POST", LOGOUT, "", Cookie=cookie) == 303
    assert locked.status("POST", "/graphql", MUTATION, **JSON, Cookie=cookie) == 401


def test_a_viewer_sees_everything_and_changes_nothing(locked):
    cookie = _logged_in(locked, VIEWER).split(";")[0]
    assert locked.status("GET", "/overview", origin=None, Cookie=cookie) == 200
    assert locked.status("POST", "/graphql", MUTATION, **JSON, Cookie=cookie) == 403
    assert [one[2] for one in locked.behind.reached] == ["viewer"]


def test_a_program_shows_the_token(locked):
    shown = {"Authorization": f"Bearer {OPERATOR}", **JSON}
    assert locked.status("POST", "/graphql", MUTATION, origin=None, **shown) == 200
    assert locked.status("POST", "/graphql", MUTATION, origin=ELSEWHERE, **shown) == 403


def test_a_proxy_with_tls_hands_the_page_on_under_its_name(locked):
    shown = {"Authorization": f"Bearer {OPERATOR}", "host": "siyu.brand.example", **JSON}
    assert locked.status("POST", "/graphql", MUTATION, origin="https://siyu.brand.example", **shown) == 200
    assert locked.status("POST", "/graphql", MUTATION, origin="http://siyu.brand.example", **shown) == 403
    cookie = locked.ask("POST", LOGIN, f"token={OPERATOR}", origin="https://siyu.brand.example", **shown)[1]
    assert cookie["set-cookie"].endswith("; Secure")


def test_a_session_ends_after_twelve_hours():
    time = [0.0]
    sessions = Sessions(TOKENS, lambda: time[0])
    cookie = sessions.open(OPERATOR)
    time[0] = 12 * 3600 - 1
    assert sessions.role_of(cookie) is Role.OPERATOR
    time[0] = 12 * 3600
    assert sessions.role_of(cookie) is None
    assert sessions.open("wrong") is None and sessions.role_of("") is None
