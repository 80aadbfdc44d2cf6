"""`siyu ui` serves the home's reports too: behind the same guard, in a sandbox, and nothing beside them."""

import http.client
import socket

import pytest

from orchestration.ui.serving import with_reports
from tests.unit.ui.served import listening


async def _dagster(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"Dagster"})


def get(folder, path):
    """Ask for a path on a real port; return status, headers and body."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        with listening(with_reports(_dagster, folder), door):
            connection = http.client.HTTPConnection("127.0.0.1", door.getsockname()[1], timeout=10)
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
    return answer.status, dict(answer.getheaders()), body


@pytest.fixture
def reports(tmp_path):
    page = tmp_path / "reports" / "2017-11-30" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>morning</p>", encoding="utf-8")
    (tmp_path / "siyu.toml").write_text("robot_url = 'https://secret'", encoding="utf-8")
    return tmp_path / "reports"


def test_a_report_opens_in_a_sandbox(reports):
    status, headers, body = get(reports, "/reports/2017-11-30/index.html")
    assert (status, body) == (200, b"<p>morning</p>")
    assert headers["content-security-policy"] == "sandbox allow-scripts"


@pytest.mark.parametrize("path", ["/reports/../siyu.toml", "/reports//etc/passwd", "/reports/2017-12-01/index.html"])
def test_nothing_else_of_the_home_is_served(reports, path):
    assert get(reports, path)[0] == 404


def test_everything_else_is_dagsters(reports):
    assert get(reports, "/runs")[2] == b"Dagster"
