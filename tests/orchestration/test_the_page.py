"""Dagster's own page, served as `siyu ui` serves it, and the pages of others in the same browser."""

import functools
import http.client
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.builders import CHECKOUT
from tests.unit.publish.chromium import CHROMIUM
from tests.unit.ui.browser import browser

_PATIENCE_SECONDS = 240
_SELECTOR = '{repositoryLocationName: "siyu", repositoryName: "__repository__", jobName: "pulls"}'
LAUNCH = (
    'mutation { launchRun(executionParams: {mode: "default", runConfigData: {}, selector: '
    + _SELECTOR
    + "}) { __typename ... on PythonError { message } } }"
)
LOADED = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"
RUNS = "{ runsOrError { ... on Runs { count } } }"
#: What a page may send to another without being asked, each with the change in it.
ATTACK = """<!doctype html><title>attack</title><form id="form" method="post" target="hole" enctype="text/plain"></form>
<iframe name="hole"></iframe><img id="img"><script>
const url = %(url)s, launch = %(launch)s, body = JSON.stringify({query: launch});
const asked = url + '/graphql?query=' + encodeURIComponent(launch);
const all = {credentials: 'include'}, blind = {...all, mode: 'no-cors'};
const socket = () => new Promise((done) => {
  const one = new WebSocket(url.replace('http', 'ws') + '/graphql', 'graphql-ws');
  one.onopen = () => done('open'); one.onerror = () => done('refused');
});
const said = (promise) => promise.then((answer) => answer.type, () => 'refused');
const attacks = async () => {
  form.action = asked; form.submit(); img.src = asked; navigator.sendBeacon(url + '/graphql', body);
  return {
    get: await said(fetch(asked, blind)),
    read: await said(fetch(asked, all)),
    text: await said(fetch(url + '/graphql', {...blind, method: 'POST', body})),
    json: await said(fetch(url + '/graphql', {...all, method: 'POST', body,
      headers: {'Content-Type': 'application/json'}})),
    report: await said(fetch(url + '/report_asset_check/a', {...blind, method: 'POST', body: '{}'})),
    socket: await socket(),
  };
};
</script>"""


def _free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def _ask(port, query, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        "POST", "/graphql", json.dumps({"query": query}), {"Content-Type": "application/json", **headers}
    )
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def _is_up(port):
    try:
        return "LOADED" in _ask(port, LOADED)[1]
    except OSError:
        return False


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The port of the page of an empty home, once its definitions are loaded."""
    home = tmp_path_factory.mktemp("page") / "home"
    (home / "landing").mkdir(parents=True)
    port = _free_port()
    command = [str(Path(sys.executable).with_name("siyu")), "--home", str(home), "ui", "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SIYU_", "DAGSTER_HOME"))}
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + _PATIENCE_SECONDS
    while not _is_up(port):
        assert process.poll() is None and time.monotonic() < end, "the page did not start"
        time.sleep(0.5)
    yield port
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


@pytest.fixture
def elsewhere(tmp_path, page):
    """The port of another page, which knows where ours is."""
    text = ATTACK % {"url": json.dumps(f"http://127.0.0.1:{page}"), "launch": json.dumps(LAUNCH)}
    (tmp_path / "index.html").write_text(text, encoding="utf-8")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed: apt install chromium")
def test_a_page_open_in_the_operators_browser_starts_nothing_and_the_operator_does(page, elsewhere, tmp_path):
    with browser(tmp_path) as tab:
        # another site, and another port of the same host, which browsers count as the same site
        for host in ("localhost", "127.0.0.1"):
            tab.open(f"http://{host}:{elsewhere}/")
            tab.until("document.title === 'attack' && typeof attacks === 'function'")
            found = tab.run("attacks()")
            assert found["socket"] == "refused" and found["read"] == "refused" and found["json"] == "refused", found
            # without CORS a browser tells a page nothing but that somebody answered
            assert json.loads(_ask(page, RUNS)[1])["data"]["runsOrError"]["count"] == 0
        tab.open(f"http://127.0.0.1:{page}/jobs")
        tab.until("document.body && document.body.innerText.includes('daily')")
        own = "new Promise((done) => { const one = new WebSocket(location.origin.replace('http', 'ws') + '/graphql',"
        own += " 'graphql-ws'); one.onopen = () => done('open'); one.onerror = () => done('refused'); })"
        assert tab.run(own) == "open"
        body = json.dumps({"query": LAUNCH})
        asks = "fetch('/graphql', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: %s})"
        said = tab.run(asks % json.dumps(body) + ".then((answer) => answer.text())")
        assert json.loads(said)["data"]["launchRun"]["__typename"] == "LaunchRunSuccess", said
    assert json.loads(_ask(page, RUNS)[1])["data"]["runsOrError"]["count"] == 1


def test_dagsters_own_page_takes_no_change_that_does_not_come_from_it(page):
    assert _ask(page, LOADED)[0] == 200
    for headers in ({}, {"Origin": "http://attacker.example"}, {"Origin": "null"}):
        assert _ask(page, LAUNCH, **headers)[0] == 403
    assert _ask(page, LOADED, Host="attacker.example")[0] == 421
