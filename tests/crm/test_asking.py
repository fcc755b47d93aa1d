"""Questions put into SQL once for each kind of person: everybody hears their own answer."""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Q, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.core import asking
from crm.core.asking import ask, ask_about
from leads.models import Lead
from leads.selectors import visible_leads
from tests.factories.leads import add_member, make_cast, make_lead


@pytest.fixture
def built(monkeypatch):
    """Whom a question was built for, one after the other."""
    monkeypatch.setattr(asking, "_known", OrderedDict())
    return []


def names_for(built, actor, question=None):
    """The names of the leads an actor sees."""

    def mine(who):
        built.append(who)
        return visible_leads(who).order_by("name_line").values_list("name_line")

    return [name for (name,) in ask(actor, "names", question or mine)]


def test_two_people_of_a_kind_hear_their_own_answers_to_a_question_built_once(cast, built):
    cast.members["other"] = add_member(cast, "rep", "Ola")
    make_lead(cast, "a", owner="rep")
    make_lead(cast, "b", owner="other")
    make_lead(cast, "c")

    assert names_for(built, cast.actor("rep")) == ["a", "c"]
    assert names_for(built, cast.actor("other")) == ["b", "c"]
    assert names_for(built, cast.actor("rep")) == ["a", "c"]
    assert len(built) == 1


def test_workspaces_do_not_hear_each_other(cast, strangers, built):
    make_lead(cast, "a")
    make_lead(strangers, "z")

    assert names_for(built, cast.actor("manager")) == ["a"]
    assert names_for(built, strangers.actor("manager")) == ["z"]
    assert len(built) == 1


def test_colleagues_are_exchanged_too_and_their_number_counts(cast, built):
    for name in ("Ola", "Eva"):
        cast.members[name] = add_member(cast, "rep", name)
        make_lead(cast, name, owner=name)
    alone = cast.actor("rep")
    mate = {name: cast.user(name).pk for name in ("Ola", "Eva")}

    def seen(*colleagues):
        return names_for(built, replace(alone, colleague_ids=frozenset(colleagues)))

    assert seen(mate["Ola"]) == ["Ola"]
    assert seen(mate["Eva"]) == ["Eva"]
    assert len(built) == 1
    assert seen(mate["Eva"], mate["Ola"]) == ["Eva", "Ola"]
    assert seen(mate["Eva"], alone.user_id) == ["Eva"]
    assert seen() == []
    assert len(built) == 4


def test_who_may_more_or_sees_more_asks_something_else(cast, built):
    make_lead(cast, "a", owner="manager")

    assert names_for(built, cast.actor("rep")) == []
    assert names_for(built, cast.actor("manager")) == ["a"]
    assert names_for(built, cast.system) == ["a"]
    assert len(built) == 3


def test_a_question_that_holds_a_moment_is_built_anew_for_who_really_asks(cast, built):
    make_lead(cast, "a", owner="rep")
    actor = cast.actor("rep")

    def lately(who):
        built.append(who)
        return Lead.objects.filter(owner_id=who.user_id, created_at__lte=timezone.now()).values_list(
            "name_line"
        )

    assert names_for(built, actor, lately) == ["a"]
    assert names_for(built, actor, lately) == ["a"]
    assert built.count(actor) == 2
    assert list(asking._known.values()) == [None]
    assert len(built) == 3  # whom it is made up for is asked once, too


def test_what_was_not_asked_for_longest_is_forgotten_first(cast, built, monkeypatch):
    # given room for two questions, of which the first was asked again
    monkeypatch.setattr(asking, "MOST", 2)
    make_lead(cast, "a", owner="rep")
    actor = cast.actor("rep")

    def counted(who):
        built.append(who)
        return visible_leads(who).values_list("name_line")

    for name in ("one", "two", "one", "three"):
        assert ask(actor, name, counted) == [("a",)]

    # then the second had to go for the third
    assert [kind[0] for kind in asking._known] == ["one", "three"]
    assert len(built) == 3


def test_ids_a_question_is_about_are_exchanged_and_their_number_counts(cast, built):
    a, b, c = (make_lead(cast, name, owner="rep").pk for name in "abc")
    actor = cast.actor("rep")

    def among(who, *ids):
        built.append(ids)
        return visible_leads(who).filter(pk__in=ids).order_by("name_line").values_list("name_line")

    def named(*ids):
        return "".join(name for (name,) in ask(actor, "among", among, *ids))

    assert (named(a, b), named(c, b), named(b, uuid4())) == ("ab", "bc", "b")
    assert len(built) == 1
    assert (named(c), named(a, b, c)) == ("c", "abc")
    assert len(built) == 3
    assert not {a, b, c} & {each for ids in built for each in ids}


def test_what_is_asked_before_anybody_acts_is_built_once_too(cast, built):
    a, b = (make_lead(cast, name).pk for name in "ab")

    def its_name(pk):
        built.append(pk)
        return Lead.objects.filter(pk=pk).values_list("name_line")

    assert [ask_about("its name", its_name, pk) for pk in (a, b, uuid4())] == [[("a",)], [("b",)], []]
    assert len(built) == 1


def test_rows_are_models_with_what_was_read_with_them(cast, built):
    lead = make_lead(cast, "a", owner="rep", custom={"size": "large"})
    other = make_lead(cast, "b")

    def whole(pk):
        built.append(pk)
        rows = Lead.objects.filter(pk=pk).select_related("contact", "owner").prefetch_related("slots")
        return rows.annotate(said=Value("hello"))

    def told(pk):
        [found] = ask_about("whole", whole, pk)
        return found

    told(other.pk)  # so that it is known
    with CaptureQueriesContext(connection) as asked:
        found = told(lead.pk)
        assert (found.contact.name, found.owner, found.said) == ("a", cast.user("rep"), "hello")
        assert (found.custom, found.created_at, list(found.slots.all())) == (
            {"size": "large"},
            lead.created_at,
            [],
        )
    assert (len(asked), len(built)) == (2, 1)  # and the slots


def test_words_are_exchanged_wherever_they_stand(cast, built):
    for name in ("Ana Belo", "Ana Cruz", "Bea Cruz"):
        make_lead(cast, name)

    def called(who, *words):
        built.append(words)
        rows = visible_leads(who).filter(*(Q(name_line__icontains=word) for word in words))
        return rows.filter(name_line__in=[" ".join(words)]).values_list("name_line", flat=True)

    def named(*words):
        return ask(cast.actor("manager"), "called", called, *words)

    assert (named("Ana", "Belo"), named("Bea", "Cruz"), named("Bea", "Belo")) == (
        ["Ana Belo"],
        ["Bea Cruz"],
        [],
    )
    assert len(built) == 1


def test_each_thread_asks_through_its_own_connection(cast, built):
    make_lead(cast, "a")
    actor = cast.actor("manager")
    assert names_for(built, actor) == ["a"]

    def elsewhere():
        try:
            return names_for(built, actor)
        finally:
            connection.close()

    with ThreadPoolExecutor() as threads:  # another connection does not see what is not committed
        assert threads.submit(elsewhere).result() == []
    assert len(built) == 1


def test_nobody_is_made_up_who_is_there(cast):
    made_up, stands_for = asking._made_up(cast.actor("rep"))

    assert cast.user("rep").pk not in {made_up.user_id, made_up.workspace_id, made_up.id}
    assert stands_for[made_up.user_id] == cast.user("rep").pk
    assert stands_for[made_up.workspace_id] == cast.workspace.pk
    assert asking._made_up(replace(cast.system, workspace_id=uuid4()))[0].user_id is None


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def strangers(db):
    return make_cast("strangers")
