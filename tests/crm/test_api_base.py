"""What holds for the whole API: keys, refusals, pages, repeats, the schema and its page."""

import json
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from config.launcher.paths import ROOT
from crm import services
from crm.models import Contact, EventRecord, IdempotencyKey
from tests.crm.people import make_house

URL = "/api/v1/contacts/"
JSON = "application/json"


def is_problem(answer, status, code):
    """Is it the shape every refusal has?"""
    body = answer.json()
    assert answer.status_code == status, body
    assert answer["Content-Type"] == "application/problem+json"
    assert body.keys() == {"type", "title", "status", "code", "detail", "errors"}
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer wrong", "Bearer a b", "Basic YTpi", "Bearer \xff"]
)
def test_without_a_living_key_it_is_401(db, header):
    headers = {"Authorization": header} if header else {}

    answer = Client(headers=headers).get(URL)

    is_problem(
        answer, 401, "authentication_failed" if (header or "").startswith("Bearer") else "not_authenticated"
    )
    assert answer["WWW-Authenticate"] == "Bearer"


def test_refusals_have_one_shape(house):
    api = house.api("admin")

    is_problem(api.post(URL, "{not json", content_type=JSON), 400, "parse_error")
    is_problem(api.post(URL, "[" * 100_000, content_type=JSON), 400, "parse_error")
    is_problem(api.post(URL, b'{"name": "\xff"}', content_type=JSON), 400, "parse_error")
    is_problem(api.post(URL, '{"name": NaN}', content_type=JSON), 400, "parse_error")
    is_problem(api.get(f"{URL}?search=%00"), 400, "invalid")
    is_problem(api.get(f"{URL}?anything=%00"), 400, "invalid")
    is_problem(api.get("/api/v1/nothing/"), 404, "not_found")
    is_problem(api.get(f"{URL}00000000-0000-4000-8000-000000000000/"), 404, "not_found")
    is_problem(api.delete(URL), 405, "method_not_allowed")
    is_problem(api.post(URL, "name=Budi", content_type="text/plain"), 415, "unsupported_media_type")
    assert not Contact.objects.exists()


def test_a_browser_needs_its_token_and_a_workspace(house):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(house.user("rep"))

    assert browser.get(URL).status_code == 200
    is_problem(browser.post(URL, {"name": "Budi"}, content_type=JSON), 403, "permission_denied")
    assert not Contact.objects.exists()

    house.members["rep"].__class__.objects.filter(user=house.user("rep")).update(is_active=False)
    is_problem(browser.get(URL), 403, "permission_denied")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [(RuntimeError("broken"), 500, "fault"), (OperationalError("away"), 503, "unavailable")],
)
def test_faults_say_nothing_about_us(house, monkeypatch, fault, status, code):
    def broken(*_):
        raise fault

    monkeypatch.setattr("crm.selectors.visible_contacts", broken)
    api = house.api("rep")
    api.raise_request_exception = False

    answer = api.get(URL)

    body = is_problem(answer, status, code)
    assert str(fault) not in json.dumps(body)


def test_an_unknown_order_is_refused_by_name(house):
    body = is_problem(house.api("rep").get(URL, {"ordering": "-name,shoe_size"}), 400, "invalid")

    assert body["errors"] == {"ordering": ["Can't order by shoe_size. Choose from: name, created_at."]}


@pytest.mark.parametrize("size", ["0", "-1", "201", "many", "²"])
def test_a_page_size_that_is_none_is_refused_by_name(house, size):
    body = is_problem(house.api("rep").get(URL, {"page_size": size}), 400, "invalid")

    assert list(body["errors"]) == ["page_size"]


@pytest.mark.parametrize("cursor", ["x", "e30=", "WyJuZXh0Il0=", "WyJuZXh0IiwieCIsIngiXQ==", "é"])
def test_a_broken_cursor_is_refused_by_name(house, cursor):
    body = is_problem(house.api("rep").get(URL, {"cursor": cursor}), 400, "invalid")

    assert list(body["errors"]) == ["cursor"]


def walk(api, way, url):
    """Names, page by page."""
    pages = []
    while url:
        body = api.get(url).json()
        pages.append([c["id"] for c in body["results"]])
        url = body[way]
    return pages


@pytest.mark.parametrize(
    "ordering", ["name", "-name", "created_at", "-created_at", "-name,created_at", "name,-created_at"]
)
def test_pages_hold_every_row_once_however_many_are_alike(house, ordering):
    # given 23 contacts, most of one name and all of one moment
    rows = [Contact(workspace=house.workspace, name="Budi" if n % 4 else f"Ani {n}") for n in range(23)]
    Contact.objects.bulk_create(rows)
    Contact.objects.update(created_at=datetime(2026, 11, 20, tzinfo=UTC))
    api = house.api("rep")

    # when walked to the end and back
    there = walk(api, "next", f"{URL}?page_size=5&ordering={ordering}")
    last = api.get(f"{URL}?page_size=23&ordering={ordering}").json()["results"]

    # then no row is missing or shown twice, in the order of the whole
    assert [len(page) for page in there] == [5, 5, 5, 5, 3]
    assert [i for page in there for i in page] == [c["id"] for c in last]
    assert {i for page in there for i in page} == {str(r.pk) for r in rows}

    # and back again it is the same
    url = f"{URL}?page_size=5&ordering={ordering}"
    while following := api.get(url).json()["next"]:
        url = following
    back = walk(api, "previous", url)
    assert [i for page in reversed(back) for i in page] == [c["id"] for c in last]
    assert back[-1] == there[0]


def test_rows_that_come_meanwhile_move_nothing(house):
    for n in range(6):
        house.contact(f"Contact {n}")
    api = house.api("rep")
    first = api.get(f"{URL}?page_size=3").json()

    house.contact("Late")

    second = api.get(first["next"]).json()
    assert [c["name"] for c in first["results"] + second["results"]] == [
        f"Contact {n}" for n in (5, 4, 3, 2, 1, 0)
    ]
    assert second["next"] is None


def post(api, key, **given):
    """One write with an Idempotency-Key."""
    return api.post(URL, given, content_type=JSON, headers={"Idempotency-Key": key})


def test_a_repeated_write_happens_once(house):
    api = house.api("rep")

    first, second = post(api, "k1", name="Budi"), post(api, "k1", name="Budi")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (first.get("Idempotency-Replayed"), second.get("Idempotency-Replayed")) == (None, "true")
    assert Contact.objects.count() == 1
    assert EventRecord.objects.filter(name="crm.contact_created").count() == 1


def test_a_key_used_for_something_else_is_refused(house):
    api = house.api("rep")
    post(api, "k1", name="Budi")

    is_problem(post(api, "k1", name="Ani"), 422, "idempotency_key_reused")
    is_problem(post(api, "k" * 201, name="Ani"), 400, "invalid")
    assert Contact.objects.count() == 1


def test_keys_of_two_clients_are_two(house):
    post(house.api("rep"), "k1", name="Budi")
    post(house.api("admin"), "k1", name="Budi")

    assert Contact.objects.count() == 2


def test_a_refusal_is_repeated_too(house):
    api = house.api("viewer")

    first, second = post(api, "k1", name="Budi"), post(api, "k1", name="Budi")

    assert first.status_code == second.status_code == 403
    assert second["Idempotency-Replayed"] == "true"
    assert second["Content-Type"] == "application/problem+json"


def test_after_a_fault_the_key_is_free_and_nothing_happened(house, monkeypatch):
    api = house.api("rep")
    api.raise_request_exception = False
    add = services.create_contact

    def add_and_break(**given):
        add(**given)
        raise OperationalError("the database went away")

    monkeypatch.setattr(services, "create_contact", add_and_break)
    is_problem(post(api, "k1", name="Budi"), 503, "unavailable")
    assert not Contact.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert not EventRecord.objects.filter(name="crm.contact_created").exists()

    monkeypatch.setattr(services, "create_contact", add)
    assert post(api, "k1", name="Budi").status_code == 201
    assert Contact.objects.count() == 1


def test_when_the_answer_cant_be_kept_nothing_happened(house, monkeypatch):
    """A write whose answer is lost would be done twice by the next try."""
    api = house.api("rep")
    api.raise_request_exception = False

    def away(*_):
        raise OperationalError("the database went away")

    monkeypatch.setattr(services, "finish_request", away)

    is_problem(post(api, "k1", name="Budi"), 503, "unavailable")
    assert not Contact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_write_once():
    house = make_house("twins")
    secret = house.key("rep")
    start = threading.Barrier(2)
    statuses = []

    def write():
        api = Client(headers={"Authorization": f"Bearer {secret}"})
        start.wait()
        statuses.append(post(api, "k1", name="Budi").status_code)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) in ([201, 201], [201, 409])
    assert Contact.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_runs_the_second_is_told_to_wait():
    house = make_house("waiting")
    api = house.api("rep")
    held, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            key = house.members["rep"].api_keys.get()
            services.begin_request(house.workspace.pk, str(key.pk), "k1", "digest")
            held.set()
            release.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    answer = post(api, "k1", name="Budi")
    release.set()
    holder.join()

    is_problem(answer, 409, "request_in_progress")
    assert not Contact.objects.exists()


def test_the_schema_is_openapi_3_1_without_a_warning(tmp_path):
    out = tmp_path / "schema.yml"
    words = ["-m", "django", "spectacular", "--validate", "--fail-on-warn", "--file", str(out)]

    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    assert out.read_text().startswith("openapi: 3.1.0\n")


def test_anybody_may_read_the_schema(db):
    answer = Client().get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})

    assert answer.status_code == 200
    body = json.loads(answer.content)
    assert body["openapi"] == "3.1.0"
    assert {"/api/v1/contacts/", "/api/v1/contacts/{id}/history/"} <= body["paths"].keys()
    assert body["components"]["securitySchemes"]["apiKey"] == {"type": "http", "scheme": "bearer"}


def test_the_schema_tells_every_refusal(db):
    body = json.loads(Client().get("/api/v1/schema/?format=json").content)

    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            told = {code for code in operation["responses"] if code >= "400"}
            expected = {"400", "401", "403", "406", "429"} | ({"404"} if "{" in path else set())
            expected |= set() if method == "get" else {"409", "412", "415"}
            assert expected <= told, (method, path)
    refusal = body["paths"]["/api/v1/leads/{id}/"]["patch"]["responses"]["412"]["content"]
    assert refusal == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    real = Client().get("/api/v1/leads/").json()
    assert set(body["components"]["schemas"]["Problem"]["properties"]) == set(real)


def test_the_page_of_the_api_needs_no_other_server(db):
    answer = Client().get("/api/v1/docs/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "/api/v1/contacts/{id}/history/" in page
    loaded = re.findall(r"""(?:src|href|action)=["']([^"']+)["']""", page)
    assert [url for url in loaded if url.startswith(("http:", "https:", "//"))] == []
    assert len(loaded) > 5
