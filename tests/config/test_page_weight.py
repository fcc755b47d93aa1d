"""What a page makes a browser fetch before it can be used, compressed, and that it goes out so."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from whitenoise.base import WhiteNoise

from config.launcher import assets
from tests.factories.leads import make_cast, make_lead

MOST = 150_000  # bytes of script and style together
SCRIPT = re.compile(r'<script[^>]*\bsrc="([^"]+)"')
LINK = re.compile(r'<link(?=[^>]*\brel="(?:stylesheet|modulepreload)")[^>]*\bhref="([^"]+)"')


def weight_of(html: str) -> dict[str, int]:
    """The scripts and styles of a page with their compressed sizes."""
    found = {}
    for url in [*SCRIPT.findall(html), *LINK.findall(html)]:
        path = finders.find(url.removeprefix("/static/"))
        assert path, f"{url} is not built: run `make assets`"
        found[url] = len(gzip.compress(Path(path).read_bytes(), mtime=0))
    return found


@pytest.mark.parametrize("name", ["inbox", "lead list", "lead page"])
def test_script_and_style_of_a_page_stay_under_150_kb(db, client, name):
    cast = make_cast()
    lead = make_lead(cast, "Budi", owner="rep")
    client.force_login(cast.user("rep"))
    address = {"inbox": "/inbox/", "lead list": "/leads/", "lead page": f"/leads/{lead.pk}/"}[name]

    found = weight_of(client.get(address).content.decode())

    assert {Path(url).suffix for url in found} == {".js", ".css"}
    assert sum(found.values()) < MOST, found


def test_files_go_out_compressed_to_who_takes_it(tmp_path):
    script = tmp_path / "main-abc.js"
    script.write_text("let a = 1;\n" * 500)
    (tmp_path / "face.woff2").write_bytes(b"wOF2")
    assets.pack(tmp_path)
    first = (tmp_path / "main-abc.js.gz").read_bytes()
    assets.pack(tmp_path)

    served = WhiteNoise(None, root=str(tmp_path), prefix="static/").files["/static/main-abc.js"]
    answer = served.get_response("GET", {"HTTP_ACCEPT_ENCODING": "gzip, br"})
    plain = served.get_response("GET", {})

    assert (tmp_path / "main-abc.js.gz").read_bytes() == first
    assert not (tmp_path / "face.woff2.gz").exists()
    assert dict(answer.headers)["Content-Encoding"] == "gzip"
    with answer.file, plain.file:
        assert gzip.decompress(answer.file.read()) == plain.file.read() == script.read_bytes()
