"""A page as a real browser lays it out: headless Chromium by its command line, without a driver or a network."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking",
    "--disable-component-update --disable-sync --allow-file-access-from-files --hide-scrollbars",
)
#: A window of Chromium is never narrower than 500 px, so a phone is a frame of its width.
_FRAME = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe id="phone" src="%(page)s" style="border:0;width:%(width)dpx;height:%(height)dpx"></iframe><pre id="said"></pre>
<script>
const frame = document.getElementById('phone');
const say = (found) => { document.getElementById('said').textContent = JSON.stringify(found); };
let loads = 0;
frame.onload = () => { const page = frame.contentDocument, view = frame.contentWindow; loads += 1; %(script)s };
</script>
"""


def _run(folder: Path, *arguments: str) -> str:
    command = [CHROMIUM, *" ".join(_QUIET).split(), f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def asked(folder: Path, page: Path, width: int, height: int, script: str):
    """Return what a script says of a page in a frame; it is run at each load, with ``page``, ``view`` and ``loads``."""
    frame = folder / f"frame{width}.html"
    frame.write_text(
        _FRAME % {"page": page.as_uri(), "width": width, "height": height, "script": script}, encoding="utf-8"
    )
    shown = _run(folder, "--virtual-time-budget=8000", "--window-size=1400,1000", "--dump-dom", frame.as_uri())
    return json.loads(unescape(re.search(r'<pre id="said">(.*?)</pre>', shown, re.DOTALL).group(1)))


def printed_pages(folder: Path, page: Path) -> int:
    """Return on how many sheets a page is printed."""
    _run(folder, "--no-pdf-header-footer", f"--print-to-pdf={folder / 'page.pdf'}", page.as_uri())
    return len(re.findall(rb"/Type /Page\b", (folder / "page.pdf").read_bytes()))
